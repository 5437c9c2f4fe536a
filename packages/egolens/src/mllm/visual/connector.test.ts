import { readFileSync } from 'node:fs'
import { expectNoLeak, memory, nn, scope, zeros } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { formulaPixels } from '../../encoders/formula.testing.js'
import type { EgoLensError } from '../../errors.js'
import { StcConnector } from './connector.js'
import { type ConnectorInput, connectorGrid, visualTokens } from './connector.options.js'
import {
  differenceOfFloat32,
  expectGolden,
  fillByName,
  type Golden,
  parameterCount,
  shareLostInBfloat16,
} from './golden.testing.js'

type Case = 'stc' | 'v35' | 'stp' | 'odd' | 'space'
// Made by golden/visual.make.py with PyTorch 1.13.1.
const { connectors } = JSON.parse(readFileSync(new URL('./golden/visual.json', import.meta.url), 'utf8')) as {
  connectors: Record<Case, Golden>
}
const widths = { vision: 6, language: 8 }
const cases: Record<Case, ConnectorInput> = {
  stc: { depth: 2 },
  v35: { kind: 'v35', depth: 2 },
  stp: { kind: 'stp', depth: 2 },
  odd: { depth: 1, mlpDepth: 1 },
  space: { kind: 'v35', downsample: [1, 2, 2], depth: 1, mlpDepth: 3 },
}
const published = { vision: 1024, language: 4096 }

describe('the STC connector', () => {
  it.each(Object.entries(cases))('agrees with an independent reference, forward and backward: %s', (name, options) => {
    expectNoLeak(() => {
      using connector = fillByName(new StcConnector(widths, options, { dtype: 'float64' }))
      expectGolden(connector, connectors[name as Case])
    })
  })

  it('gives the same in float32, and nearly in bfloat16', () => {
    const make = (layer: nn.LayerOptions) => new StcConnector(widths, { depth: 2 }, layer)
    expect(differenceOfFloat32(make, [1, 4, 16, 6])).toBeLessThan(1e-5)
    expect(shareLostInBfloat16(make, [1, 4, 16, 6])).toBeLessThan(0.05)
  })

  it('has 489,188,608 parameters at full size, counted without their memory', () => {
    const before = memory().bytes
    using connector = new StcConnector(published, {}, { device: 'meta' })
    expect(parameterCount(connector)).toBe(489_188_608)
    expect(memory().bytes - before).toBeLessThan(1e6)
  })

  it('has the published names', () => {
    using connector = new StcConnector(published, {}, { device: 'meta' })
    const state = connector.stateDict()
    expect(Object.keys(state)).toHaveLength(8 * 13 + 3 + 2 + 4)
    expect(state['s1.b1.conv1.conv.weight']!.shape).toEqual([4096, 1024, 1, 1])
    expect(state['s1.b1.downsample.bn.bias']!.shape).toEqual([4096])
    expect(state['s2.b4.se.fc2.weight']!.shape).toEqual([4096, 1024, 1, 1])
    expect(state['sampler.0.weight']!.shape).toEqual([4096, 4096, 2, 2, 2])
    expect(state['readout.2.bias']!.shape).toEqual([4096])
    using means = new StcConnector(published, { kind: 'stp' }, { device: 'meta' })
    expect(Object.keys(means.stateDict()).filter((name) => name.startsWith('sampler'))).toEqual([])
  })

  it('gives as many tokens as published', () => {
    expect(visualTokens(16, 24)).toBe(1521)
    expect(visualTokens(8, 24)).toBe(845)
    expect(visualTokens(16, 24, { kind: 'v35' })).toBe(1152)
    expect(visualTokens(16, 24, { kind: 'stp' })).toBe(1152)
    expect(connectorGrid([4, 24, 24])).toEqual([3, 13, 13])
  })

  it('can be run in checkpointed parts', () => {
    const gradients = (checkpointed: boolean) =>
      scope(() => {
        using connector = fillByName(new StcConnector(widths, cases.stc, { dtype: 'float64' }))
        const x = formulaPixels([1, 4, 16, 6]).double().requiresGrad_()
        if (checkpointed) {
          const run = nn.checkpointSequential(connector.layers, connector.maps(x))
          connector.tokens(run.output).square().sum().backward()
          run.backward()
        } else connector.forward(x).square().sum().backward()
        return [x, ...connector.parameters()].map(({ grad }) => grad!.tolist())
      })
    expect(gradients(true)).toEqual(gradients(false))
  })
})

describe('what does not fit the connector is one clear error', () => {
  const attempt = (shape: number[], options: ConnectorInput = {}) => {
    using connector = new StcConnector(widths, { depth: 1, ...options }, {})
    try {
      scope(() => connector.forward(zeros(shape)))
    } catch (error) {
      return (error as EgoLensError).line
    }
    return undefined
  }

  it('patches that are no square', () =>
    expect(attempt([1, 4, 17, 6])).toMatch(/17 patches are no square.*class token/))
  it('tokens of another width', () => expect(attempt([1, 4, 16, 5])).toMatch(/\[B, T, P, 6\], not \[1, 4, 16, 5\]/))
  it('too few frames for one', () => {
    expect(attempt([1, 1, 16, 6], { kind: 'v35' })).toMatch(
      /1 x 4 x 4 frames, rows and columns are fewer than the 2 x 2 x 2/,
    )
    expect(attempt([1, 1, 16, 6])).toBeUndefined()
  })
})
