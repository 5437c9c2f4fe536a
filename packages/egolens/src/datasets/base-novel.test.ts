import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { halve, labelsOf } from './base-novel.js'
import { chosenClasses } from './labels.js'
import type { LabelSet } from './types.js'

const set = (...names: string[]): LabelSet => ({ dataset: 'kitchen', component: 'noun', names, keys: names })

describe('halving classes', () => {
  it('makes the larger half base', () => {
    expect(halve(set(), [0, 1, 2, 3, 4])).toEqual({ base: [0, 1, 2], novel: [3, 4] })
    expect(halve(set(), [3, 0, 2, 1])).toEqual({ base: [0, 3], novel: [1, 2] })
  })

  it('is a partition, both halves ascending', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 2 }), (order) => {
        const { base, novel } = halve(set(), order)
        expect(base.length - novel.length).toBe(order.length % 2)
        expect([...base, ...novel].sort((a, b) => a - b)).toEqual([...order].sort((a, b) => a - b))
        for (const half of [base, novel]) expect(half).toEqual([...half].sort((a, b) => a - b))
        expect(new Set(order.slice(0, base.length))).toEqual(new Set(base))
      }),
    )
  })

  it('needs a class for each half', () => {
    expect(() => halve(set(), [4])).toThrow('kitchen has 1 noun class to halve, so none would be novel')
    expect(() => halve(set(), [])).toThrow('kitchen has 0 noun classes to halve')
  })

  it('takes classes out of a label set, and finds them again', () => {
    const all = set('cup', 'pan', 'knife')
    const some = chosenClasses(all, [2, 0])
    expect(some).toEqual(set('knife', 'cup'))
    expect(labelsOf(all, some)).toEqual([2, 0])
    expect(() => labelsOf(all, set('saw'))).toThrow('"saw" is not a noun of kitchen')
  })
})
