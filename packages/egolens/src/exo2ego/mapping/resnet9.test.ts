import { readFileSync } from 'node:fs'
import { expectNoLeak, Generator, type nn, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import {
  differenceOfFloat32,
  expectGolden,
  fillByName,
  type Golden,
  parameterCount,
  shareLostInBfloat16,
} from '../../mllm/visual/golden.testing.js'
import { Resnet9 } from './resnet9.js'

// Made by golden/resnet9.make.py with PyTorch 1.13.1.
const golden = JSON.parse(readFileSync(new URL('./golden/resnet9.json', import.meta.url), 'utf8')) as {
  features: Golden
  pictures: Golden
}
const dtype = 'float64'

describe("CycleGAN's generator", () => {
  it('agrees with an independent reference, forward and backward', () => {
    expectNoLeak(() => {
      using features = fillByName(new Resnet9(6, 6, { ngf: 4, dtype }))
      expectGolden(features, golden.features)
      using pictures = fillByName(new Resnet9(3, 3, { ngf: 4, outAct: 'tanh', dtype }))
      expectGolden(pictures, golden.pictures)
    })
  })

  it('gives the same in float32, and nearly in bfloat16', () => {
    const make = (layer: nn.LayerOptions) => new Resnet9(6, 6, { ngf: 4, ...layer })
    expect(differenceOfFloat32(make, [1, 6, 8, 8])).toBeLessThan(1e-4)
    // Two rows of two are all that some of the norms see here, and rounding is large beside their spread.
    expect(shareLostInBfloat16(make, [1, 6, 8, 8])).toBeLessThan(0.25)
  })

  it('has the published number of parameters, counted without their memory', () => {
    using features = new Resnet9(1024, 1024, { device: 'meta' })
    expect(parameterCount(features)).toBe(17_782_912)
    using pictures = new Resnet9(3, 3, { device: 'meta' })
    expect(parameterCount(pictures)).toBe(11_378_179)
  })

  it('begins with small weights and no biases, the same for the same seed', () => {
    scope(() => {
      const make = (seed: number) => new Resnet9(8, 8, { ngf: 8, generator: new Generator(seed) })
      using one = make(1)
      using same = make(1)
      using other = make(2)
      const weight = (module: Resnet9) => module.blocks[4]!.conv1.conv.weight
      expect(weight(one).std().item()).toBeCloseTo(0.02, 2)
      expect(weight(one).mean().item()).toBeCloseTo(0, 3)
      expect(weight(one).equal(weight(same))).toBe(true)
      expect(weight(one).equal(weight(other))).toBe(false)
      const biases = one.namedParameters().filter(([name]) => name.endsWith('bias'))
      expect(biases).toHaveLength(24)
      for (const [, bias] of biases) expect(bias.abs().amax().item()).toBe(0)
    })
  })
})
