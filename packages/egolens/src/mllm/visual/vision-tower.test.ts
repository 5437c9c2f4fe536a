import { readFileSync } from 'node:fs'
import { expectNoLeak, nn, noGrad, scope, type Tensor, zeros } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { tinyConfig } from '../../encoders/clip/clip.testing.js'
import { formulaPixels } from '../../encoders/formula.testing.js'
import type { EgoLensError } from '../../errors.js'
import {
  differenceOfFloat32,
  expectGolden,
  fillByName,
  type Golden,
  parameterCount,
  shareLostInBfloat16,
} from './golden.testing.js'
import { ClipVisionTower, type VisionConfig } from './vision-tower.js'

// Made by golden/visual.make.py with PyTorch 1.13.1.
const { tower: golden } = JSON.parse(readFileSync(new URL('./golden/visual.json', import.meta.url), 'utf8')) as {
  tower: Record<'one before the last' | 'before the first', Golden>
}
/** Of three layers, so that the state -2 is what leaves the second. */
const config: VisionConfig = { ...tinyConfig.vision, layers: 3 }
const large: VisionConfig = { ...config, width: 1024, layers: 24, heads: 16, hidden: 4096, image: 336, patch: 14 }
const input = [2, 3, 8, 8]
const make = (layer: nn.LayerOptions = {}) => fillByName(new ClipVisionTower(config, layer))

describe('the image tower', () => {
  it('agrees with an independent reference, forward and backward', () => {
    expectNoLeak(() => {
      using tower = make({ dtype: 'float64' })
      expectGolden(tower, golden['one before the last'])
      using none = fillByName(new ClipVisionTower(config, { dtype: 'float64', selectLayer: 0 }))
      expectGolden(none, golden['before the first'])
    })
  })

  it('gives the same in float32, and nearly in bfloat16', () => {
    expect(differenceOfFloat32((layer) => new ClipVisionTower(config, layer), input)).toBeLessThan(1e-5)
    expect(shareLostInBfloat16((layer) => new ClipVisionTower(config, layer), input)).toBeLessThan(0.02)
  })

  it('takes any state between the layers, by its number from the front or from the back', () => {
    const run = (selectLayer: number) =>
      scope(() => {
        using tower = fillByName(new ClipVisionTower(config, { selectLayer }))
        return [tower.layers.length, noGrad(() => tower.forward(formulaPixels(input)).tolist())]
      })
    expect(run(-1)[0]).toBe(3)
    expect(run(-2)).toEqual(run(2))
    expect(run(-4)).toEqual(run(0))
  })

  it('has the shapes of CLIP-L/14 at 336 pixels, without what is after the state', () => {
    using tower = new ClipVisionTower(large, { device: 'meta' })
    const state = tower.stateDict()
    expect(tower.layers).toHaveLength(23)
    expect(tower.grid).toBe(24)
    expect(state['vision_model.embeddings.position_embedding.weight']!.shape).toEqual([577, 1024])
    expect(state['vision_model.encoder.layers.22.self_attn.q_proj.weight']!.shape).toEqual([1024, 1024])
    const layer = 4 * (1024 ** 2 + 1024) + 2 * 4096 * 1024 + 4096 + 1024 + 4 * 1024
    expect(parameterCount(tower)).toBe(1024 * (1 + 3 * 14 * 14 + 577 + 2) + 23 * layer)
  })

  it('gives the same gradients where only what passes between layers is kept', () => {
    const gradients = (checkpointed: boolean) =>
      scope(() => {
        using tower = make({ dtype: 'float64' })
        const pixels = formulaPixels(input)
        const loss = (tokens: Tensor) => tokens.square().sum().backward()
        if (checkpointed) {
          const run = nn.checkpointSequential(tower.layers, tower.embed(pixels))
          loss(tower.patches(run.output))
          run.backward()
        } else loss(tower.forward(pixels))
        return tower.namedParameters().map(([name, { grad }]) => [name, grad!.tolist()])
      })
    expect(gradients(true)).toEqual(gradients(false))
  })

  it('records nothing for a backward pass where it is frozen', () => {
    scope(() => {
      using tower = make().requiresGrad_(false)
      expect(tower.forward(formulaPixels(input)).requiresGrad).toBe(false)
    })
  })
})

describe('what does not fit the image tower is one clear error', () => {
  const line = (work: () => unknown) => {
    try {
      scope(work)
    } catch (error) {
      return (error as EgoLensError).line
    }
    return undefined
  }

  it('a state that is not there', () => {
    const build = (selectLayer: number) => () => new ClipVisionTower(config, { selectLayer })
    expect(line(build(4))).toMatch(/selectLayer: a tower of 3 layers has no state 4 \(choose from -4 to 3/)
    expect(line(build(-5))).toMatch(/no state -5/)
    expect(line(build(0.5))).toMatch(/no state 0.5/)
  })

  it('pictures of another size', () => {
    using tower = make()
    expect(line(() => tower.forward(zeros([1, 3, 12, 12])))).toMatch(/takes \[N, 3, 8, 8\], not \[1, 3, 12, 12\]/)
  })
})
