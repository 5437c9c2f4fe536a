import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulation, planEpoch, stepsPerEpoch } from './sampler.js'

describe('the steps of an epoch', () => {
  it('have every item once, in an order that the number of processes does not change', () => {
    const sizes = fc.record({
      items: fc.integer({ min: 1, max: 60 }),
      globalBatch: fc.integer({ min: 1, max: 20 }),
      localBatch: fc.integer({ min: 1, max: 8 }),
      worldSize: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(sizes, fc.nat(), (given, epoch) => {
        const ranks = Array.from({ length: given.worldSize }, (_, rank) => [
          ...planEpoch(epoch, 0, { ...given, rank, seed: 3 }),
        ])
        const alone = [...planEpoch(epoch, 0, { ...given, worldSize: 1, rank: 0, seed: 3 })]
        expect(alone.length).toBe(stepsPerEpoch(given))
        expect(alone.flatMap(({ all }) => all).sort((a, b) => a - b)).toEqual(
          Array.from({ length: given.items }, (_, i) => i),
        )
        alone.forEach(({ all }, step) => {
          const shares = ranks.map((plans) => plans[step]!)
          expect(shares.every((plan) => `${plan.all}` === `${all}`)).toBe(true)
          expect(shares.flatMap(({ own }) => own.flat()).sort()).toEqual([...all].sort())
          for (const { own } of shares)
            for (const piece of own) expect(piece.length).toBeLessThanOrEqual(given.localBatch)
        })
      }),
    )
  })

  it('go on from a position, and differ from epoch to epoch', () => {
    const sampling = { items: 20, globalBatch: 4, localBatch: 2, worldSize: 1, rank: 0, seed: 1 }
    const whole = [...planEpoch(0, 0, sampling)]
    expect([...planEpoch(0, 3, sampling)]).toEqual(whole.slice(3))
    expect([...planEpoch(1, 0, sampling)]).not.toEqual(whole)
  })

  it('shrink the local batch where processes have fewer records than that (Table 14, stage 3)', () => {
    expect(accumulation({ globalBatch: 64, localBatch: 8, worldSize: 16 })).toEqual({ local: 4, microBatches: 1 })
    expect(accumulation({ globalBatch: 512, localBatch: 8, worldSize: 16 })).toEqual({ local: 8, microBatches: 4 })
    expect(accumulation({ globalBatch: 64, localBatch: 8, worldSize: 1 })).toEqual({ local: 8, microBatches: 8 })
  })
})
