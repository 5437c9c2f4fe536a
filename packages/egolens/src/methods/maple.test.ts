import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autocast, cat, expectNoLeak, F, Generator, noGrad, scope, type Tensor, tensor } from '@egolens/torch'
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
import { createMethod, methodNamed, methodOptions } from './registry.js'
import { standInBackbone, standInLabels } from './testing.js'
import type { Method } from './types.js'

let clip: ClipModel
let golden: Record<string, GoldenCase>
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-maple-'))
  clip = await goldenClip(dir)
  golden = await goldenCases('maple')
})
afterAll(async () => {
  clip.dispose()
  await rm(dir, { recursive: true })
})

const make = (options: Record<string, unknown> = {}, seed = 1) =>
  goldenMethod(clip, 'maple', { depth: 2, ...options }, seed)

function step(method: Method) {
  const { logits } = method.forward(goldenBatch(goldenPixels()), method.classes(goldenLabels))
  const loss = F.crossEntropy(logits.noun!, tensor([1, 0], { dtype: 'int64' }))
  method.backward!(loss)
  return { logits: logits.noun!.tolist() as number[][], loss: loss.item() }
}

describe('the forward and backward pass', () => {
  it.each([
    ['depth 2', { depth: 2 }],
    ['depth 1', { depth: 1 }],
    ['depth 3', { depth: 3 }],
    ['three prompts', { prompts: 3 }],
    ['frames of unit length', { frameNorm: 'l2' }],
  ])('agree with an independent reference: %s', (name, options) => {
    const expected = golden[name]!
    scope(() => {
      const method = make(options)
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

  it('are the same whatever the chunk of frames and classes, computed once or twice', () => {
    const found = [
      {},
      { frameChunk: 3, classChunk: 2 },
      { frameChunk: 1, recomputeFrames: true },
      { frameChunk: 3, recomputeFrames: true, classChunk: 2, recompute: true },
    ].map((options) =>
      expectNoLeak(() =>
        scope(() => {
          const method = make(options)
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
})

describe('a step in bfloat16 with float32 weights', () => {
  it.each([{}, { recomputeFrames: true, frameChunk: 3, recompute: true }])('keeps the direction: %j', (options) => {
    scope(() => {
      const method = make(options)
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
  // ViT-B/16: nine text prompts of 2 x 512, and for each a map of 512 x 768 + 768.
  it('has 3,555,072 values in a ViT-B/16', () => {
    const image = { ...standInBackbone().image, tower: { layers: 12, width: 768, patch: 16 } }
    const own = standInBackbone({ width: 512 }).text
    const text = { ...own, tokenWidth: 512, tokenize: () => ({ ids: tensor([[0]]), ends: [9] }) }
    const backbone = { image, context: image, text, logitScale: 0 } as unknown as Parameters<
      typeof createMethod
    >[2]['backbone']
    const setting = { backbone, components: ['verb' as const, 'noun' as const], generator: new Generator(1), frames: 8 }
    const method = createMethod('maple', {}, setting)
    expect(9 * (2 * 512 + 512 * 768 + 768)).toBe(3_555_072)
    expect(method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(3_555_072)
    method.module.dispose()
  })

  it('begins as the first words of a phrase, or at random', () => {
    scope(() => {
      const words = clip.text.embedTokens(tensor([[3, 4]], { dtype: 'int64' })).squeeze(0)
      const first = (options: Record<string, unknown>) => {
        const method = make(options)
        const found = method.module.stateDict()['first.context']!.clone()
        method.module.dispose()
        return found
      }
      expect(first({ phrase: 'w3 w4 w5 w3' }).tolist()).toEqual(words.tolist())
      const random = first({ init: 'random' })
      expect(random.abs().amax().item()).toBeGreaterThan(0)
      expect(random.abs().amax().item()).toBeLessThan(0.1)
      expect(first({ prompts: 1 }).shape).toEqual([1, 12])
    })
  })

  it('couples the deeper layers by maps that begin equal, as copies of one', () => {
    scope(() => {
      const method = make({ depth: 3 })
      const state = method.module.stateDict()
      expect(state['deeper.1.coupling.weight']!.tolist()).toEqual(state['deeper.0.coupling.weight']!.tolist())
      expect(state['deeper.1.coupling.bias']!.tolist()).toEqual(state['deeper.0.coupling.bias']!.tolist())
      expect(state['coupling.weight']!.tolist()).not.toEqual(state['deeper.0.coupling.weight']!.tolist())
      expect(state['deeper.1.prompts']!.tolist()).not.toEqual(state['deeper.0.prompts']!.tolist())
      method.module.dispose()
    })
  })

  it('sees frames one by one', () => {
    scope(() => {
      const method = make()
      fillByFormula(method)
      const classes = method.classes(goldenLabels)
      const seen = (pixels: Tensor) => noGrad(() => method.forward(goldenBatch(pixels), classes).logits.noun!)
      const whole = seen(goldenPixels())
      expect(
        seen(goldenPixels().flip([1]))
          .sub(whole)
          .abs()
          .amax()
          .item(),
      ).toBeLessThan(1e-5)
      method.module.dispose()
    })
  })

  it('scores other classes, and verbs and nouns with the same prompts', () => {
    scope(() => {
      const backbone = { image: clip.image, context: clip.image, text: clip.text, logitScale: 0 }
      const setting = {
        backbone,
        components: ['verb' as const, 'noun' as const],
        generator: new Generator(1),
        frames: 3,
      }
      const method = createMethod('maple', { depth: 2 }, setting)
      const classes = method.classes({ verb: standInLabels(['w1', 'w2'], 'verb'), noun: standInLabels(['w4']) })
      const { logits } = method.forward(goldenBatch(goldenPixels()), classes)
      expect([logits.verb!.shape, logits.noun!.shape]).toEqual([
        [2, 2],
        [2, 1],
      ])
      method.module.dispose()
    })
  })
})

describe('its options', () => {
  it.each([
    ['prompts', { prompts: 3 }],
    ['depth', { depth: 3 }],
    ['phrase', { phrase: 'w3 w4' }],
    ['init', { init: 'random' }],
    ['frameNorm', { frameNorm: 'l2' }],
    ['view', { view: 'hand' }],
    ['fullStop', { fullStop: true }],
  ])('%s changes what it should', (_, options) => {
    const logits = (more: Record<string, unknown>) =>
      scope(() => {
        const method = make(more)
        const found = method.forward(goldenBatch(goldenPixels()), method.classes(goldenLabels)).logits.noun!.tolist()
        method.module.dispose()
        return found
      })
    expect(logits(options)).not.toEqual(logits({}))
  })

  it('have the depth and training of the published settings', () => {
    const of = (preset: string) => {
      const options = methodOptions('maple', { preset }) as { depth: number }
      const { lr, epochs, batch, optimizer } = methodNamed('maple').training!(options)
      return [options.depth, lr, epochs, batch, optimizer]
    }
    expect(of('base-to-novel')).toEqual([9, 3.5e-3, 5, 4, 'sgd'])
    expect(of('cross-dataset')).toEqual([3, 2.6e-3, 2, 4, 'sgd'])
  })

  it('refuse prompts in more layers than there are', () => {
    expect(() => make({ depth: 4 })).toThrow('prompts in 4 layers, and the image tower has 3')
  })
})
