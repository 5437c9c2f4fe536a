import { Generator, noGrad, scope, type Tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { fillByFormula } from './golden/text-side.testing.js'
import { createMethod, methodNamed, methodOptions } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'
import type { Batch } from './types.js'

const [B, N, D] = [2, 4, 16]
const labels = { noun: standInLabels(['cup', 'pan', 'knife', 'tap']), verb: standInLabels(['take', 'put'], 'verb') }

function make(options: Record<string, unknown> = {}, width = D, components: ('noun' | 'verb')[] = ['noun']) {
  const setting = { backbone: standInBackbone({ width }), components, generator: new Generator(1), frames: N }
  return createMethod('cocoop', options, setting)
}

const batch = (): Batch => ({
  ids: ['a', 'b'],
  features: {
    full: formula([B, N, D], { step: 0.43, scale: 3 }),
    hand: formula([B, N, D], { step: 0.29, start: 0.7, scale: 3 }),
  },
  context: {},
  pixels: {},
  labels: {},
})

function logitsOf(options: Record<string, unknown> = {}): number[] {
  return scope(() => {
    const method = make(options)
    fillByFormula(method)
    const logits = method.forward(batch(), method.classes(labels)).logits.noun!
    const values = [...(logits.toTypedArray() as Float32Array)]
    method.module.dispose()
    return values
  })
}

const count = (method: ReturnType<typeof make>) => method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)

const change = (a: Record<string, unknown>, b: Record<string, unknown>) => {
  const [left, right] = [logitsOf(a), logitsOf(b)]
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)))
}

describe('CoCoOp', () => {
  it('has the parameters that a sum by hand gives', () => {
    const [d, w] = [512, 6] // the stand-in's token width is 6
    const metaNet = d * 32 + 32 + 32 * w + w
    expect(count(make({}, d))).toBe(4 * w + metaNet)
    expect(count(make({ preset: 'x-mic' }, d))).toBe(16 * w + metaNet + 1)
    const block = 4 * d * d + 4 * d + 2 * 4 * d * d + 4 * d + d + 4 * d // attention, MLP, two norms
    expect(count(make({ temporalLayers: 1 }, d))).toBe(4 * w + metaNet + N * d + block)
  })

  it('moves every vector of an image by what its meta-net says, and no other image', () => {
    scope(() => {
      const method = make()
      fillByFormula(method)
      const one = batch()
      const whole = method.forward(one, method.classes(labels)).logits.noun!
      const alone = { ...one, ids: ['b'], features: { full: one.features.full!.narrow(0, 1, 1) } }
      const row = method.forward(alone, method.classes(labels)).logits.noun!
      expect(whole.narrow(0, 1, 1).sub(row).abs().amax().item()).toBeLessThan(1e-4)
      const metaNet = method.module.namedParameters().filter(([name]) => name.includes('metaNet'))
      noGrad(() => {
        for (const [, parameter] of metaNet) parameter.zero_()
      })
      const still = method.forward(one, method.classes(labels)).logits.noun!
      expect(still.sub(whole).abs().amax().item()).toBeGreaterThan(0.01)
    })
  })

  it('gives a gradient to every parameter, and to each component its own context', () => {
    scope(() => {
      const method = make({ preset: 'x-mic', temporalLayers: 1, recompute: true }, D, ['verb', 'noun'])
      fillByFormula(method)
      const { logits } = method.forward(batch(), method.classes(labels))
      expect([logits.verb!.shape, logits.noun!.shape]).toEqual([
        [B, 2],
        [B, 4],
      ])
      const loss = logits.verb!.logSoftmax(-1).select(1, 0).sum().add(logits.noun!.logSoftmax(-1).select(1, 1).sum())
      method.backward!(loss)
      const untouched = method.module.namedParameters().filter(([, { grad }]) => !grad || grad.abs().sum().item() === 0)
      expect(untouched.map(([name]) => name)).toEqual([])
    })
  })

  it.each([
    ['preset', {}, { preset: 'x-mic' }],
    ['fullStop', { fullStop: true }, { fullStop: false }],
    ['contextTokens', { contextTokens: 4 }, { contextTokens: 5 }],
    ['metaNetNorm', { metaNetNorm: 'video' }, { metaNetNorm: 'frames' }],
    ['metaNetNorm', { metaNetNorm: 'video' }, { metaNetNorm: 'none' }],
    ['view', { view: 'full' }, { view: 'hand' }],
    ['frameNorm', { frameNorm: 'none' }, { frameNorm: 'l2' }],
    ['temporalLayers', { temporalLayers: 0 }, { temporalLayers: 1 }],
    ['heads', { temporalLayers: 1, heads: 8 }, { temporalLayers: 1, heads: 4 }],
    ['mlpRatio', { temporalLayers: 1, mlpRatio: 4 }, { temporalLayers: 1, mlpRatio: 0.25 }],
  ])('%s changes the logits', (_, a, b) => {
    expect(change(a, b)).toBeGreaterThan(1e-3)
  })

  it('the presets are the published values', () => {
    expect(methodOptions('cocoop', {})).toMatchObject({
      contextTokens: 4,
      init: 'phrase',
      fullStop: true,
      metaNetNorm: 'video',
      logitScale: 'frozen',
      temporalLayers: 0,
    })
    expect(methodOptions('cocoop', { preset: 'x-mic', fullStop: true })).toMatchObject({
      contextTokens: 16,
      init: 'random',
      fullStop: true,
      metaNetNorm: 'frames',
      logitScale: 'trainable',
    })
    const training = (options: object) => methodNamed('cocoop').training!(methodOptions('cocoop', options))
    expect(training({})).toMatchObject({ optimizer: 'sgd', lr: 2e-3, batch: 1, epochs: 10, schedule: 'cosine' })
    expect(training({ preset: 'x-mic' })).toMatchObject({ lr: 5e-4, betas: [0.9, 0.98], epochs: 15, warmupEpochs: 5 })
  })

  it('trains the logit scale where it is asked to', () => {
    const names = (options: object) =>
      make({ ...options })
        .module.namedParameters()
        .map(([name]) => name)
    expect(names({ logitScale: 'trainable' })).toContain('logitScale')
    expect(names({ logitScale: 'frozen' })).not.toContain('logitScale')
    expect(make().diagnostics!()).toEqual({ logitScale: expect.closeTo(100, 3) })
  })

  it('transfers to other label sets, whose texts it lays out anew', () => {
    scope(() => {
      const method = make()
      const classes = method.classes({ noun: standInLabels(['bowl', 'rag']) })
      expect(method.forward(batch(), classes).logits.noun!.shape).toEqual([B, 2])
      const { noun } = classes as { noun: { tokens: Tensor; dispose(): void } }
      noun.dispose()
      expect(noun.tokens.disposed).toBe(true)
    })
  })
})
