import { expect, it } from 'vitest'
import { constant, cosine, epochWarmup, held, perEpoch, type Schedule, warmup, warmupCosine } from './index.js'

const first = (count: number, schedule: Schedule) => Array.from({ length: count }, (_, step) => schedule(step))

it('constant', () => expect(first(3, constant())).toEqual([1, 1, 1]))

it('warm-up reaches the full rate at its last step', () => {
  expect(first(6, warmup(4))).toEqual([0.25, 0.5, 0.75, 1, 1, 1])
  expect(first(2, warmup(0))).toEqual([1, 1])
})

it('cosine falls from 1 to its least value and stays', () => {
  const factors = first(6, cosine({ total: 4, min: 0.1 }))
  const wanted = [1, 0.1 + 0.45 * (1 + Math.SQRT1_2), 0.55, 0.1 + 0.45 * (1 - Math.SQRT1_2), 0.1, 0.1]
  factors.forEach((factor, i) => {
    expect(factor).toBeCloseTo(wanted[i]!, 12)
  })
})

it('warm-up then cosine', () => {
  const factors = first(8, warmupCosine({ warmup: 2, total: 6 }))
  const wanted = [0.5, 1, 1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0, 0]
  factors.forEach((factor, i) => {
    expect(factor).toBeCloseTo(wanted[i]!, 12)
  })
})

it("X-MIC's warm-up: 1e-7 in epoch 0, then fifths of the rate, then all of it", () => {
  const lr = 5e-4
  const factors = first(8, epochWarmup({ epochs: 5, first: 1e-7 / lr }))
  const wanted = [1e-7, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 5e-4, 5e-4]
  factors.forEach((factor, i) => {
    expect(factor * lr).toBeCloseTo(wanted[i]!, 15)
  })
  expect(epochWarmup({ epochs: 0, first: 0 })(0)).toBe(1)
})

it("CoOp's held first epoch leaves the cosine where it would be", () => {
  const factors = first(3, held({ epochs: 1, factor: 0.005 }, cosine({ total: 2 })))
  expect(factors[0]).toBe(0.005)
  expect(factors[1]).toBeCloseTo(0.5, 12)
  expect(factors[2]).toBeCloseTo(0, 12)
})

it('by epochs a schedule changes only where an epoch begins', () => {
  expect(first(6, perEpoch(2, warmup(3)))).toEqual([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1, 1])
})
