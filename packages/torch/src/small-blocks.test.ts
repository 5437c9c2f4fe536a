import { describe, expect, it } from 'vitest'
import { full, memory, type Tensor, trimMemory } from './index.js'

describe('memory of small tensors is used again', () => {
  const sizes = [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 250]
  const make = (count: number, from: number): Tensor[] =>
    Array.from({ length: count }, (_, i) => full([sizes[i % sizes.length]!], from + i).keep())
  const values = (tensor: Tensor) => new Set(tensor.toTypedArray() as Float32Array)

  it('and never by two tensors at a time', () => {
    const before = memory().bytes
    const tensors = make(2000, 0)
    for (const [i, tensor] of tensors.entries()) if (i % 3 !== 0) tensor.dispose()
    const others = make(2000, 5000)
    tensors.forEach((tensor, i) => {
      if (i % 3 === 0) expect(values(tensor)).toEqual(new Set([i]))
    })
    others.forEach((tensor, i) => {
      expect(values(tensor)).toEqual(new Set([5000 + i]))
    })
    for (const tensor of [...tensors, ...others]) tensor.dispose()
    expect(memory().bytes).toBe(before)
  })

  it('and what is kept can be given back, without a change of what is counted', () => {
    const tensors = make(500, 0)
    for (const tensor of tensors) tensor.dispose()
    const before = memory().bytes
    trimMemory()
    expect(memory().bytes).toBe(before)
    const [again] = make(1, 7)
    expect(values(again!)).toEqual(new Set([7]))
    again!.dispose()
    expect(memory().bytes).toBe(before)
  })
})
