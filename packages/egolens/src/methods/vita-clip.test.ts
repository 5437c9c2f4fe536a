import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autocast, cat, expectNoLeak, F, Generator, noGrad, optim, scope, type Tensor, tensor } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClipModel } from '../encoders/clip/load.js'
import {
  digest,
  fillByFormula,
  type GoldenCase,
  goldenBatch,
  goldenCases,
  goldenClip,
  goldenLabels,
  goldenMethod,
  goldenPixels,
} from './golden/pixels.testing.js'
import { createMethod } from './registry.js'
import { standInBackbone, standInLabels } from './testing.js'
import type { Method } from './types.js'

let clip: ClipModel
let golden: Record<string, GoldenCase>
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-vita-'))
  clip = await goldenClip(dir)
  golden = await goldenCases('vita')
})
afterAll(async () => {
  clip.dispose()
  await rm(dir, { recursive: true })
})

const small = { textVectors: 2, globalPrompts: 2, summaryHeads: 2 }
const labels = () => tensor([1, 0], { dtype: 'int64' })

/** The logits, loss and gradients of one step. */
function step(method: Method) {
  const { logits } = method.forward(goldenBatch(goldenPixels()), method.classes(goldenLabels))
  const loss = F.crossEntropy(logits.noun!, labels())
  method.backward!(loss)
  return { logits: logits.noun!.tolist() as number[][], loss: loss.item() }
}

const logitsOf = (options: Record<string, unknown>, seed = 1) =>
  scope(() => {
    const method = goldenMethod(clip, 'vita-clip', { ...small, ...options }, seed)
    const { logits } = method.forward(goldenBatch(goldenPixels()), method.classes(goldenLabels))
    method.module.dispose()
    return logits.noun!.tolist()
  })

describe('the forward and backward pass', () => {
  it.each([
    ['whole', {}],
    ['three vectors', { textVectors: 3 }],
    ['no global prompts', { globalPrompts: 0 }],
    ['no local prompts', { localPrompts: false }],
    ['no summary', { summary: false }],
    ['no time', { timeEmbedding: false }],
    ['global prompts alone', { localPrompts: false, summary: false }],
  ])('agree with an independent reference: %s', (name, options) => {
    const expected = golden[name]!
    scope(() => {
      const method = goldenMethod(clip, 'vita-clip', { ...small, trainProjection: true, ...options })
      const shapes = Object.entries(method.module.stateDict()).map(([key, { shape }]) => [key, shape] as const)
      expect(Object.fromEntries(shapes)).toEqual(expected.parameters)
      fillByFormula(method)
      const { logits, loss } = step(method)
      expect(logits).toEqual(expected.logits.map((row) => row.map((value) => expect.closeTo(value, 4))))
      expect(loss).toBeCloseTo(expected.loss, 4)
      for (const [key, parameter] of method.module.namedParameters()) {
        const [sum, wave] = expected.gradients[key]!
        expect([key, ...digest(parameter.grad!)]).toEqual([key, expect.closeTo(sum, 4), expect.closeTo(wave, 4)])
      }
      method.module.dispose()
    })
  })

  it('are the same whatever the chunk of frames, computed once or twice, and leave nothing behind', () => {
    const found = [
      { frameChunk: 64 },
      { frameChunk: 3 },
      { frameChunk: 1, recomputeFrames: true },
      { frameChunk: 64, recomputeFrames: true, recompute: true, classChunk: 2 },
    ].map((options) =>
      expectNoLeak(() =>
        scope(() => {
          const method = goldenMethod(clip, 'vita-clip', { ...small, ...options })
          fillByFormula(method)
          const { loss } = step(method)
          const gradients = method.module.namedParameters().map(([key, { grad }]) => [key, ...digest(grad!)])
          method.module.dispose()
          return { loss, gradients }
        }),
      ),
    )
    const near = (value: unknown) => (typeof value === 'number' ? expect.closeTo(value, 4) : value)
    for (const { loss, gradients } of found.slice(1)) {
      expect(loss).toBeCloseTo(found[0]!.loss, 5)
      expect(gradients).toEqual(found[0]!.gradients.map((row) => row.map(near)))
    }
  })

  it('in a tower of bfloat16 keep the direction', async () => {
    const other = await goldenClip(join(dir, 'half'), 'bfloat16')
    scope(() => {
      const method = goldenMethod(other, 'vita-clip', small)
      fillByFormula(method)
      const { logits } = step(method)
      const difference = tensor(logits).sub(tensor(golden.whole!.logits)).abs().amax().item()
      expect(difference).toBeLessThan(0.03)
      expect(method.module.parameters().every(({ grad }) => grad?.dtype === 'float32')).toBe(true)
      method.module.dispose()
    })
    other.dispose()
  })
})

describe('a step in bfloat16 with float32 weights', () => {
  it.each([{}, { recomputeFrames: true, frameChunk: 3, recompute: true }])('keeps the direction: %j', (options) => {
    scope(() => {
      const method = goldenMethod(clip, 'vita-clip', { ...small, ...options })
      fillByFormula(method)
      const exact = step(method)
      const gradients = () => method.module.parameters().map(({ grad }) => grad!.clone().flatten())
      const before = cat(gradients())
      for (const parameter of method.module.parameters()) parameter.grad!.zero_()
      const logits = autocast({ dtype: 'bfloat16' }, () => {
        const output = method.forward(goldenBatch(goldenPixels()), method.classes(goldenLabels))
        return output.logits.noun!
      })
      method.backward!(F.crossEntropy(logits, tensor([1, 0], { dtype: 'int64' })))
      expect(logits.sub(tensor(exact.logits)).abs().amax().item()).toBeLessThan(0.03)
      expect(F.cosineSimilarity(before, cat(gradients()), 0).item()).toBeGreaterThan(0.99)
      method.module.dispose()
    })
  })
})

describe('what is learned', () => {
  // ViT-B/16, T = 8 frames, G = 8: a layer has a norm 2 x 768, attention 4 x (768 x 768 + 768), local 8 x 768 and global
  // 8 x 768 prompts = 2,376,192; twelve of them, the time embedding 8 x 768, the text's 8 x 512 and the logit scale.
  it('has 28,524,545 values in a ViT-B/16, and 7,087,104 frozen ones', () => {
    const image = { ...standInBackbone().image, tower: { layers: 12, width: 768, patch: 16 } }
    const text = { ...standInBackbone({ width: 512 }).text, tokenWidth: 512 }
    const backbone = { image, context: image, text, logitScale: 0 } as unknown as Parameters<
      typeof createMethod
    >[2]['backbone']
    const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: 8 }
    const method = createMethod('vita-clip', {}, setting)
    const sum = (tensors: Tensor[]) => tensors.reduce((total, { numel }) => total + numel, 0)
    expect(12 * (2 * 768 + 4 * (768 * 768 + 768) + 8 * 768 + 8 * 768) + 8 * 768 + 8 * 512 + 1).toBe(28_524_545)
    expect(sum(method.module.parameters())).toBe(28_524_545)
    expect(sum(method.module.buffers())).toBe(12 * (768 * 768 + 768))
    method.module.dispose()
  })

  it('begins where the original does', () => {
    scope(() => {
      const method = goldenMethod(clip, 'vita-clip', small)
      const state = method.module.stateDict()
      expect(state.logitScale!.item()).toBeCloseTo(Math.log(1 / 0.07), 6)
      const bound = Math.sqrt(6 / (3 * 4 * 4 + 16))
      const largest = (name: string) => state[`visual.layers.1.${name}`]!.abs().amax().item()
      for (const name of ['local', 'global']) {
        expect(largest(name)).toBeLessThan(bound)
        expect(largest(name)).toBeGreaterThan(bound / 2)
      }
      const xavier = Math.sqrt(6 / 32)
      for (const name of ['summaryAttention.in_proj_weight', 'summaryAttention.out_proj.weight']) {
        expect(largest(name)).toBeLessThan(xavier)
        expect(largest(name)).toBeGreaterThan(0.95 * xavier)
      }
      expect(largest('summaryAttention.in_proj_bias')).toBe(0)
      expect(largest('projection.weight')).toBeLessThan(0.25)
      expect(state['visual.time']!.std().item()).toBeLessThan(0.04)
      method.module.dispose()
    })
  })

  it('moves in a step, but for the map of class tokens, which is in the state all the same', () => {
    scope(() => {
      const method = goldenMethod(clip, 'vita-clip', small)
      const before = Object.fromEntries(
        Object.entries(method.module.stateDict()).map(([name, value]) => [name, value.clone()]),
      )
      const optimizer = new optim.SGD(method.module.parameters(), { lr: 1 })
      step(method)
      optimizer.step()
      for (const [name, value] of Object.entries(method.module.stateDict())) {
        const moved = value.sub(before[name]!).abs().amax().item() > 0
        expect([name, moved]).toEqual([name, !name.includes('projection')])
      }
      optimizer.dispose()
      method.module.dispose()
    })
  })

  it('lets frames of a clip see each other, and clips not', () => {
    scope(() => {
      const method = goldenMethod(clip, 'vita-clip', small)
      fillByFormula(method)
      const classes = method.classes(goldenLabels)
      const seen = (pixels: Tensor) => noGrad(() => method.forward(goldenBatch(pixels), classes).logits.noun!)
      const pixels = goldenPixels()
      const whole = seen(pixels)
      const reversed = seen(pixels.flip([0]))
      expect(reversed.flip([0]).sub(whole).abs().amax().item()).toBeLessThan(1e-5)
      // With neither time nor a place of its own for each frame the order would not matter.
      expect(
        seen(pixels.flip([1]))
          .sub(whole)
          .abs()
          .amax()
          .item(),
      ).toBeGreaterThan(1e-3)
      method.module.dispose()
    })
  })
})

describe('its options', () => {
  it.each([
    ['globalPrompts', { globalPrompts: 3 }],
    ['localPrompts', { localPrompts: false }],
    ['summary', { summary: false }],
    ['summaryHeads', { summaryHeads: 1 }],
    ['timeEmbedding', { timeEmbedding: false }],
    ['textVectors', { textVectors: 1 }],
    ['classToken', { classToken: 'front' }],
    ['classSpecific', { classSpecific: true }],
    ['view', { view: 'hand' }],
    ['fullStop', { fullStop: true }],
    ['temperature', { temperature: 0.01 }],
    ['temperature', { temperature: 'clip' }],
  ])('%s changes what it should', (_, options) => {
    expect(logitsOf(options)).not.toEqual(logitsOf({}))
  })

  it('count parameters', () => {
    const count = (options: Record<string, unknown>) => {
      const method = goldenMethod(clip, 'vita-clip', { ...small, ...options })
      const found = method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)
      method.module.dispose()
      return found
    }
    const whole = count({})
    expect(whole - count({ logitScale: 'frozen' })).toBe(1)
    expect(whole - count({ timeEmbedding: false })).toBe(3 * 16)
    expect(count({ trainProjection: true }) - whole).toBe(3 * (16 * 16 + 16))
    expect(count({ textVectors: 3 }) - whole).toBe(12)
    expect(count({ classSpecific: true }) - whole).toBe(2 * 2 * 12)
  })

  it('with vectors for each class, refuse other classes', () => {
    const method = goldenMethod(clip, 'vita-clip', { ...small, classSpecific: true })
    expect(method.transfersToNewLabels).toBe(false)
    expect(() => method.classes({ noun: standInLabels(['w1']) })).toThrow('were learned for 3 noun classes')
    method.module.dispose()
  })

  it('refuse heads that do not divide the width, and an encoder whose layers are closed', () => {
    expect(() => goldenMethod(clip, 'vita-clip', { summaryHeads: 3 })).toThrow(
      "3 heads do not divide the tower's width of 16",
    )
    const setting = {
      backbone: standInBackbone(),
      components: ['noun' as const],
      generator: new Generator(1),
      frames: 2,
    }
    expect(() => createMethod('vita-clip', {}, setting)).toThrow('keeps them closed')
  })
})
