import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniform } from '../../test/synthetic-scorer.js'
import { fitLogistic, logit, sigmoid } from './logistic.js'
import { selectIntervals } from './select.js'
import { fitTemperature, negativeLogLikelihood } from './temperature.js'
import { candidateWindows, scalesFor, sliding, tiles } from './windows.js'

describe('windows', () => {
  it('cover a video', () => {
    expect(sliding(3, 1, 1)).toEqual([
      { start: 0, end: 1 },
      { start: 1, end: 2 },
      { start: 2, end: 3 },
    ])
    expect(sliding(2.7, 2, 0.5).at(-1)).toEqual({ start: 0.5, end: 2.5 })
    expect(sliding(2.8, 2, 0.5).at(-1)!.end).toBe(2.8)
    expect(tiles(5, 2)).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 4 },
      { start: 4, end: 5 },
    ])
    expect(candidateWindows(0.2)).toEqual([{ start: 0, end: 0.2, scale: 0.2 }])
  })

  it('hold a good match for every action of their lengths', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: 0.75, max: 6, noNaN: true }),
        (start, length) => {
          const end = start + length
          const best = Math.max(
            ...candidateWindows(30).map((w) => {
              const shared = Math.max(0, Math.min(end, w.end) - Math.max(start, w.start))
              return shared / (w.end - w.start + length - shared)
            }),
          )
          expect(best).toBeGreaterThan(0.65)
        },
      ),
    )
  })

  it('have the lengths of the actions', () => {
    expect(scalesFor([1, 1.5, 2])).toEqual([0.75, 1, 1.5, 2, 3])
    expect(scalesFor([])).toHaveLength(8)
  })
})

describe('choice of intervals', () => {
  it('takes the best sum, not the best single one', () => {
    const intervals = [
      { start: 0, end: 4 },
      { start: 0, end: 2 },
      { start: 2, end: 4 },
      { start: 6, end: 7 },
    ]
    expect(selectIntervals(intervals, [3, 2, 2, 1])).toEqual([1, 2, 3])
    expect(selectIntervals(intervals, [5, 2, 2, -1])).toEqual([0])
    expect(selectIntervals([], [])).toEqual([])
  })

  it('is as good as trying every set', () => {
    const interval = fc.tuple(fc.nat(10), fc.integer({ min: 1, max: 5 }), fc.integer({ min: -2, max: 9 }))
    const overlap = (a: { start: number; end: number }, b: { start: number; end: number }) =>
      Math.min(a.end - 0.1 * (a.end - a.start), b.end - 0.1 * (b.end - b.start)) -
        Math.max(a.start + 0.1 * (a.end - a.start), b.start + 0.1 * (b.end - b.start)) >
      1e-9
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 9 }), (list) => {
        const intervals = list.map(([start, length]) => ({ start, end: start + length }))
        const weights = list.map(([, , weight]) => weight)
        const total = (ids: number[]) => ids.reduce((sum, i) => sum + weights[i]!, 0)
        let best = 0
        for (let mask = 0; mask < 2 ** list.length; mask++) {
          const ids = list.map((_, i) => i).filter((i) => mask & (2 ** i))
          const free = ids.every((a) => ids.every((b) => a === b || !overlap(intervals[a]!, intervals[b]!)))
          if (free) best = Math.max(best, total(ids))
        }
        const chosen = selectIntervals(intervals, weights)
        expect(total(chosen)).toBe(best)
        expect(chosen.every((a) => chosen.every((b) => a === b || !overlap(intervals[a]!, intervals[b]!)))).toBe(true)
      }),
    )
  })
})

describe('fits', () => {
  it('logistic regression finds the weights that made the data', () => {
    const random = uniform(5)
    const rows = Array.from({ length: 4000 }, () => [random() * 4 - 2, random() * 10, 1])
    const truth = (row: number[]) => sigmoid(0.5 + 1.5 * row[0]! - 0.3 * row[1]!)
    const exact = fitLogistic(rows, rows.map(truth), { ridge: 1e-6 })
    for (const row of rows.slice(0, 20)) expect(sigmoid(logit(exact, row))).toBeCloseTo(truth(row), 5)
    expect(exact.weights[2]).toBe(0)
    const drawn = fitLogistic(
      rows,
      rows.map((row) => (random() < truth(row) ? 1 : 0)),
    )
    expect(drawn.weights[0]! / drawn.deviation[0]!).toBeCloseTo(1.5, 0)
  })

  it('logistic regression stays finite on separable data, and an offset is a start', () => {
    const separable = fitLogistic([[0], [1], [2], [3]], [0, 0, 1, 1], { ridge: 1 })
    expect(Number.isFinite(separable.weights[0]!)).toBe(true)
    expect(logit(separable, [3])).toBeGreaterThan(0)
    const offsets = [-2, -1, 0, 1, 2]
    const none = fitLogistic(
      offsets.map((x) => [x]),
      offsets.map(sigmoid),
      { offsets },
    )
    expect(none.bias).toBeCloseTo(0, 6)
    expect(none.weights[0]).toBeCloseTo(0, 6)
  })

  it('temperature is found where likelihood is best', () => {
    const random = uniform(9)
    const logits = Array.from({ length: 3000 }, () => Float32Array.from({ length: 5 }, () => 4 * random()))
    const labels = logits.map((row) => {
      const weights = [...row].map((value) => Math.exp(value / 2.5))
      let left = random() * weights.reduce((a, b) => a + b)
      return weights.findIndex((w) => {
        left -= w
        return left < 0
      })
    })
    const t = fitTemperature(logits, labels)
    expect(t).toBeGreaterThan(2.1)
    expect(t).toBeLessThan(3)
    const at = negativeLogLikelihood(logits, labels, t)
    expect(at).toBeLessThan(negativeLogLikelihood(logits, labels, t * 1.1))
    expect(at).toBeLessThan(negativeLogLikelihood(logits, labels, t / 1.1))
    expect(fitTemperature([], [])).toBe(1)
  })
})
