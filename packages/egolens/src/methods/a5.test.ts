import { F, Generator, manualSeed, noGrad, scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { arrangeA5, contrastClasses, outOf } from './a5.parts.js'
import { fillByFormula } from './golden/text-side.testing.js'
import { createMethod, methodNamed, methodOptions } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'
import type { Batch } from './types.js'

const [B, N, D] = [3, 4, 16]
const labels = { noun: standInLabels(['cup', 'pan', 'knife', 'tap', 'lid']) }

function make(options: Record<string, unknown> = {}, width = D) {
  const setting = {
    backbone: standInBackbone({ width }),
    components: ['noun' as const],
    generator: new Generator(1),
    frames: N,
  }
  return createMethod('a5', options, setting)
}

const batch = (): Batch => ({
  ids: ['a', 'b', 'c'],
  features: {
    full: formula([B, N, D], { step: 0.43, scale: 3 }),
    hand: formula([B, N, D], { step: 0.29, start: 0.7, scale: 3 }),
  },
  context: {},
  pixels: {},
  labels: { noun: tensor([1, 3, 1], { dtype: 'int64' }) },
})

function logitsOf(options: Record<string, unknown> = {}, train = false): number[][] {
  return scope(() => {
    const method = make(options)
    fillByFormula(method)
    const score = () => method.forward(batch(), method.classes(labels)).logits.noun!
    const values = (train ? score() : noGrad(score)).tolist() as number[][]
    method.module.dispose()
    return values
  })
}

const change = (a: Record<string, unknown>, b: Record<string, unknown>) => {
  const [left, right] = [logitsOf(a).flat(), logitsOf(b).flat()]
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)))
}

const order = (...given: Parameters<typeof arrangeA5>) =>
  arrangeA5(...given)
    .map((at) => ('token' in at ? `t${at.token}` : `v${at.vector}`))
    .join(' ')

describe("A5's order of tokens and learned vectors", () => {
  it('takes the row of each position, whatever stands before it', () => {
    expect(order(1, 2, 2)).toBe('t0 v1 v2 t1 v4 v5 t2')
    expect(order(3, 2, 2)).toBe('t0 v1 v2 t1 t2 t3 v6 v7 t4')
    expect(order(2, 0, 0)).toBe('t0 t1 t2 t3')
    expect(arrangeA5(2, 16, 16).at(-1)).toEqual({ token: 3 })
    expect(arrangeA5(2, 16, 16)).toHaveLength(1 + 16 + 2 + 16 + 1)
  })
})

describe('A5', () => {
  it('has the parameters that a sum by hand gives', () => {
    const count = (options: object, width: number) =>
      make({ ...options }, width)
        .module.parameters()
        .reduce((sum, { numel }) => sum + numel, 0)
    const [d, table] = [512, 40 * 6] // the stand-in's texts have 40 places of 6 numbers
    const block = 4 * d * d + 4 * d + 2 * 4 * d * d + 4 * d + d + 4 * d
    expect(block).toBe(3_152_384)
    expect(count({}, d)).toBe(table + N * d + 2 * block)
    expect(count({ temporalLayers: 0 }, d)).toBe(table)
  })

  it('begins its table and its frame places at N(0, 0.01^2)', () => {
    for (const [name, values] of make({}, 512).module.namedParameters()) {
      if (!/table|positions/.test(name)) continue
      const std = Math.sqrt(values.pow(2).mean().item())
      expect(std).toBeGreaterThan(0.008)
      expect(std).toBeLessThan(0.012)
    }
  })

  it('divides cosines by its temperature', () => {
    const cosines = logitsOf({ temperature: 1 }).flat()
    expect(Math.max(...cosines.map(Math.abs))).toBeLessThanOrEqual(1)
    expect(logitsOf().flat()).toEqual(cosines.map((value) => expect.closeTo(value / 0.07, 3)))
  })

  it.each([
    ['prefix', { prefix: 16 }, { prefix: 8 }],
    ['postfix', { postfix: 16 }, { postfix: 8 }],
    ['temporalLayers', { temporalLayers: 2 }, { temporalLayers: 1 }],
    ['temporalLayers', { temporalLayers: 2 }, { temporalLayers: 0 }],
    ['heads', { heads: 8 }, { heads: 2 }],
    ['mlpRatio', { mlpRatio: 4 }, { mlpRatio: 1 }],
    ['view', { view: 'full' }, { view: 'hand' }],
  ])('%s changes the logits', (_, a, b) => {
    expect(change(a, b)).toBeGreaterThan(1e-3)
  })

  it('competes over some classes in a training step, the labels always among them, and over all when it scores', () => {
    manualSeed(5)
    const whole = logitsOf()
    const some = logitsOf({ contrastClasses: 3 }, true)
    for (const row of some) {
      expect(row.filter(Number.isFinite)).toHaveLength(3)
      expect(row.map(Number.isFinite)).toEqual(some[0]!.map(Number.isFinite))
      expect([row[1], row[3]].every(Number.isFinite)).toBe(true)
    }
    some.forEach((row, i) => {
      row.forEach((value, k) => {
        if (Number.isFinite(value)) expect(value).toBeCloseTo(whole[i]![k]!, 3)
      })
    })
    expect(logitsOf({ contrastClasses: 3 })).toEqual(whole)
    expect(logitsOf({ contrastClasses: 5 }, true)).toEqual(whole)
  })

  it('learns from some classes what their own softmax says, computed once or twice', () => {
    const gradients = (recompute: boolean) =>
      scope(() => {
        manualSeed(5)
        const method = make({ contrastClasses: 3, recompute, classChunk: 2 })
        fillByFormula(method)
        const { logits } = method.forward(batch(), method.classes(labels))
        const loss = F.crossEntropy(logits.noun!, batch().labels.noun!)
        expect(Number.isFinite(loss.item())).toBe(true)
        method.backward!(loss)
        return method.module.parameters().map(({ grad }) => grad!.norm().item())
      })
    const once = gradients(false)
    expect(once.every((norm) => norm > 0)).toBe(true)
    expect(gradients(true)).toEqual(once.map((norm) => expect.closeTo(norm, 3)))
  })

  it('the defaults are the published values', () => {
    expect(methodOptions('a5', {})).toMatchObject({ prefix: 16, postfix: 16, temporalLayers: 2, heads: 8, mlpRatio: 4 })
    expect(methodNamed('a5').training!(methodOptions('a5', {}))).toMatchObject({
      optimizer: 'adamw',
      lr: 1e-4,
      batch: 64,
      weightDecay: 0.01,
      schedule: 'cosine-restarts',
      lrFloor: 0.01,
    })
  })

  it('names the class that is too long with its vectors', () => {
    const long = { noun: standInLabels(['cup', 'cutting board']) }
    expect(() => make().classes(long)).toThrow('"cutting board" with its learned vectors is 47 tokens')
  })
})

describe('contrast classes', () => {
  const some = (values: number[], count: number) => contrastClasses(tensor(values, { dtype: 'int64' }), 10, count)

  it('are the labels and as many others as are asked for, drawn anew each time', () => {
    manualSeed(1)
    const draws = Array.from({ length: 20 }, () => some([7, 2, 7], 4))
    for (const draw of draws) {
      expect(new Set(draw).size).toBe(4)
      expect(draw).toEqual(expect.arrayContaining([2, 7]))
      expect(draw).toEqual([...draw].sort((a, b) => a - b))
    }
    expect(new Set(draws.map(String)).size).toBeGreaterThan(5)
    expect(some([3, 4, 5], 2)).toEqual([3, 4, 5])
    expect(() => contrastClasses(undefined, 10, 2)).toThrow('labels of the batch')
  })

  it('stand at their own places among all', () => {
    scope(() => {
      const rows = outOf(tensor([[1, 2]]), [1, 3], 4).tolist()
      expect(rows).toEqual([[Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 2]])
    })
  })
})
