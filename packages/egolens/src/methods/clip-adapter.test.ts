import { F, Generator, scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { fillByFormula } from './golden/text-side.testing.js'
import { createMethod, methodNamed, methodOptions } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'
import type { Batch } from './types.js'

const [B, N, D] = [2, 4, 16]
const labels = { noun: standInLabels(['cup', 'pan', 'knife', 'tap']) }
type Name = 'clip-adapter' | 'clip-adapter-temporal'

function make(name: Name, options: Record<string, unknown> = {}, width = D) {
  const setting = {
    backbone: standInBackbone({ width }),
    components: ['noun' as const],
    generator: new Generator(1),
    frames: N,
  }
  return createMethod(name, options, setting)
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

function logitsOf(name: Name, options: Record<string, unknown> = {}): number[] {
  return scope(() => {
    const method = make(name, options)
    fillByFormula(method)
    const logits = method.forward(batch(), method.classes(labels)).logits.noun!
    const values = [...(logits.toTypedArray() as Float32Array)]
    method.module.dispose()
    return values
  })
}

const change = (name: Name, a: Record<string, unknown>, b: Record<string, unknown>) => {
  const [left, right] = [logitsOf(name, a), logitsOf(name, b)]
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)))
}

const parameters = (method: ReturnType<typeof make>) =>
  method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)

describe('CLIP-Adapter', () => {
  it('has the parameters that a sum by hand gives', () => {
    const d = 512
    expect(parameters(make('clip-adapter', {}, d))).toBe(131_072) // 512 x 128 there and back
    expect(parameters(make('clip-adapter', { preset: 'x-mic' }, d))).toBe(2 * 131_072 + 1)
    expect(parameters(make('clip-adapter', { reduction: 8 }, d))).toBe(65_536)
    const block = 4 * d * d + 4 * d + 2 * 4 * d * d + 4 * d + d + 4 * d
    expect(parameters(make('clip-adapter-temporal', {}, d))).toBe(131_072 + N * d + 2 * block)
  })

  it('with nothing adapted is zero-shot CLIP', () => {
    const setting = { backbone: standInBackbone({ width: D }), components: ['noun' as const], frames: N }
    const zeroShot = createMethod('zero-shot', { prompt: '{}' }, { ...setting, generator: new Generator(1) })
    const expected = scope(() => {
      const { noun } = zeroShot.forward(batch(), zeroShot.classes(labels)).logits
      return [...(noun!.toTypedArray() as Float32Array)]
    })
    const options = { ratioAdapted: 0, prompt: '{}' }
    expect(logitsOf('clip-adapter', options)).toEqual(expected.map((value) => expect.closeTo(value, 3)))
    expect(logitsOf('clip-adapter-temporal', options)).toEqual(expected.map((value) => expect.closeTo(value, 3)))
  })

  it('with all of it adapted scores the adapter alone', () => {
    scope(() => {
      const method = make('clip-adapter', { ratioAdapted: 1, prompt: '{}' })
      fillByFormula(method)
      const weights = Object.fromEntries(method.module.namedParameters())
      const mean = batch().features.full!.mean(1)
      const hidden = mean.matmul(weights['visual.down.weight']!.t()).relu()
      const adapted = F.normalize(hidden.matmul(weights['visual.up.weight']!.t()).relu())
      const classes = method.classes(labels) as { noun: typeof mean }
      const expected = adapted.matmul(F.normalize(classes.noun).t()).mul(100)
      const { noun } = method.forward(batch(), classes).logits
      expect(noun!.sub(expected).abs().amax().item()).toBeLessThan(1e-3)
    })
  })

  it.each<[string, Name, Record<string, unknown>, Record<string, unknown>]>([
    ['preset', 'clip-adapter', {}, { preset: 'x-mic' }],
    ['ratioAdapted', 'clip-adapter', { ratioAdapted: 0.2 }, { ratioAdapted: 0.8 }],
    ['textAdapter', 'clip-adapter', { textAdapter: false }, { textAdapter: true }],
    ['adapterNorm', 'clip-adapter', { adapterNorm: 'none' }, { adapterNorm: 'l2' }],
    ['prompt', 'clip-adapter', { prompt: '{}' }, { prompt: 'a {}' }],
    ['reduction', 'clip-adapter', { reduction: 4 }, { reduction: 2 }],
    ['view', 'clip-adapter', { view: 'full' }, { view: 'hand' }],
    ['frameNorm', 'clip-adapter', { frameNorm: 'none' }, { frameNorm: 'l2' }],
    ['temporalLayers', 'clip-adapter-temporal', { temporalLayers: 2 }, { temporalLayers: 1 }],
    ['temporalLayers', 'clip-adapter-temporal', { temporalLayers: 2 }, { temporalLayers: 0 }],
    ['heads', 'clip-adapter-temporal', { heads: 8 }, { heads: 4 }],
    ['mlpRatio', 'clip-adapter-temporal', { mlpRatio: 4 }, { mlpRatio: 1 }],
  ])('%s of %s changes the logits', (_, name, a, b) => {
    expect(change(name, a, b)).toBeGreaterThan(1e-3)
  })

  it('takes time into account only with its temporal transformer', () => {
    const shuffled = (name: Name) =>
      scope(() => {
        const method = make(name)
        fillByFormula(method)
        const classes = method.classes(labels)
        const one = batch()
        const order = tensor([2, 0, 3, 1], { dtype: 'int64' })
        const other = { ...one, features: { full: one.features.full!.indexSelect(1, order) } }
        const [a, b] = [one, other].map((given) => method.forward(given, classes).logits.noun!)
        return a!.sub(b!).abs().amax().item()
      })
    expect(shuffled('clip-adapter')).toBeLessThan(1e-3)
    expect(shuffled('clip-adapter-temporal')).toBeGreaterThan(1e-2)
    expect(() => methodOptions('clip-adapter', { temporalLayers: 1 })).toThrow('temporalLayers')
  })

  it('gives a gradient to every parameter', () => {
    scope(() => {
      const method = make('clip-adapter-temporal', { preset: 'x-mic' })
      fillByFormula(method)
      const { noun } = method.forward(batch(), method.classes(labels)).logits
      F.crossEntropy(noun!, tensor([1, 3], { dtype: 'int64' })).backward()
      const untouched = method.module.namedParameters().filter(([, { grad }]) => !grad || grad.abs().sum().item() === 0)
      expect(untouched.map(([name]) => name)).toEqual([])
    })
  })

  it('the presets are the published values', () => {
    expect(methodOptions('clip-adapter', {})).toMatchObject({
      ratioAdapted: 0.2,
      textAdapter: false,
      logitScale: 'frozen',
      prompt: 'a photo of a {}.',
    })
    expect(methodOptions('clip-adapter-temporal', { preset: 'x-mic' })).toMatchObject({
      ratioAdapted: 0.8,
      textAdapter: true,
      prompt: '{}',
      temporalLayers: 2,
      heads: 8,
      mlpRatio: 4,
    })
    const training = (options: object) => methodNamed('clip-adapter').training!(methodOptions('clip-adapter', options))
    expect(training({})).toMatchObject({ optimizer: 'sgd', batch: 32 })
    expect(training({ preset: 'x-mic' })).toMatchObject({ lr: 5e-4, epochs: 15 })
  })
})
