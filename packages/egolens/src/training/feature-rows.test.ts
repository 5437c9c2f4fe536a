import { memory } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { FeatureRows, framesWithin } from './feature-rows.js'

describe('rows of features', () => {
  const rows = (from: number, count: number) => Float32Array.from({ length: 2 * count }, (_, i) => from + i)

  it('are held in the order they came, more than expected too, and once', () => {
    const before = memory().tensors
    const table = new FeatureRows(2, 3)
    table.add(rows(0, 2))
    table.add(rows(10, 1))
    table.add(rows(20, 4))
    const held = table.finish()
    expect(held.shape).toEqual([7, 2])
    expect([...(held.toTypedArray() as Float32Array)]).toEqual([...rows(0, 2), ...rows(10, 1), ...rows(20, 4)])
    expect(memory().tensors).toBe(before + 1)
    held.dispose()
    const left = new FeatureRows(2, 3)
    left.dispose()
    expect(memory().tensors).toBe(before)
  })

  it('are of 16 bits where they are many', () => {
    const few = new FeatureRows(2, 1)
    const many = new FeatureRows(1024, 70_000)
    few.add(rows(0, 1))
    many.add(new Float32Array(1024).fill(0.5))
    const held = [few.finish(), many.finish()]
    expect(held.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['float32', [1, 2]],
      ['float16', [1, 1024]],
    ])
    for (const tensor of held) tensor.dispose()
  })
})

describe('frames within clips', () => {
  const count = (...clips: [number, number][]) =>
    framesWithin(
      clips.map(([start, end]) => ({ start, end })),
      0.5,
    )

  it('are at least those that a grid has in them, each counted once where clips overlap', () => {
    expect(count([0, 2])).toBe(6)
    expect(count([0, 2], [1, 3])).toBe(count([0, 2]) + count([2, 3]))
    expect(count([0, 10], [2, 3])).toBe(count([0, 10]) + 2)
    expect(count([5, 5])).toBe(2)
    expect(framesWithin([{ start: 0, end: 9 }], Number.POSITIVE_INFINITY)).toBe(2)
  })
})
