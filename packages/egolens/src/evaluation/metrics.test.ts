import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actionAccuracy } from './action.js'
import { pairedBootstrap } from './bootstrap.js'
import { decisions, expectedCalibrationError } from './calibration-error.js'
import { editScore } from './edit-score.js'
import { falseAlarms } from './false-alarms.js'
import { harmonicMean } from './harmonic-mean.js'
import { meanClassAccuracy } from './mean-class.js'
import { type ScoredClip, softmax, top } from './scores.js'
import { averagePrecision, segmentMap } from './segment-map.js'
import { temporalIoU, union } from './segments.js'
import { spread } from './spread.js'
import { subsetAccuracy } from './subset.js'
import { hits, top1 } from './top1.js'

const clip = (label: number, ...logits: number[]): ScoredClip => ({
  id: `c${label}${logits}`,
  label,
  logits: Float32Array.from(logits),
})
const four = [clip(0, 2, 1, 0), clip(0, 0, 1, 0), clip(1, 0, 3, 1), clip(2, 0, 1, 5)]

describe('accuracies', () => {
  it('counts clips, and classes', () => {
    expect([...hits(four)]).toEqual([1, 0, 1, 1])
    expect(top1(four)).toBe(0.75)
    expect(meanClassAccuracy(four)).toEqual({ value: (0.5 + 1 + 1) / 3, classes: 3 })
  })

  it('takes the first of equal logits and refuses what is not a number', () => {
    expect(top1([clip(0, 1, 1)])).toBe(1)
    expect(top1([clip(1, 1, 1)])).toBe(0)
    expect(() => top1([clip(0, 1, Number.NaN)])).toThrow('has no number for class 1')
    expect(() => top1([])).toThrow('no clips')
  })

  it('lets only the classes of a subset compete, or all of them', () => {
    // The second clip is of class 0 and takes class 1 for it: outside the subset {0, 2} class 1 cannot win.
    expect(subsetAccuracy(four, [0, 2])).toEqual({ value: 1, clips: 3 })
    expect(subsetAccuracy(four, [0, 2], 'full')).toEqual({ value: 2 / 3, clips: 3 })
    expect(subsetAccuracy([clip(0, 1, 0)], [1])).toBeUndefined()
  })

  it('equals minus infinity for the classes outside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.array(fc.integer(), { minLength: 4, maxLength: 4 })), {
          minLength: 1,
        }),
        (rows) => {
          const clips = rows.map(([label, logits]) => clip(label, ...logits))
          const masked = clips
            .filter((c) => c.label !== 2)
            .map((c) => ({ ...c, logits: c.logits.map((v, k) => (k === 2 ? Number.NEGATIVE_INFINITY : v)) }))
          expect(subsetAccuracy(clips, [0, 1, 3])?.value).toBe(masked.length === 0 ? undefined : top1(masked))
        },
      ),
    )
  })

  it('needs verb and noun right for an action, matched by id', () => {
    const at = (id: string, label: number, ...logits: number[]) => ({ ...clip(label, ...logits), id })
    const verbs = [at('a', 0, 1, 0), at('b', 0, 1, 0), at('c', 0, 0, 1)]
    const nouns = [at('c', 1, 0, 1), at('b', 1, 1, 0), at('a', 1, 0, 1)]
    expect(actionAccuracy(verbs, nouns)).toBe(1 / 3)
    expect(() => actionAccuracy(verbs, nouns.slice(1))).toThrow('same clips')
  })

  it("agrees with X-MIC's harmonic means", () => {
    expect(harmonicMean(33.54, 15.35)).toBeCloseTo(21.06, 2)
    expect(harmonicMean(31.92, 6.38)).toBeCloseTo(10.63, 2)
    expect(harmonicMean(0, 0)).toBe(0)
    expect(harmonicMean(24.34, 0)).toBe(0)
  })
})

describe('probabilities', () => {
  it('softens logits by a temperature', () => {
    expect([...softmax([0, Math.log(3)])]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)])
    expect([...softmax([0, 2 * Math.log(3)], 2)]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)])
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5])
    expect(top([1, 3, 3], 2).map((t) => t.id)).toEqual([1, 2])
  })

  it('measures calibration in bins closed above', () => {
    const sure = (probability: number, right: boolean) => ({ probability, right })
    expect(expectedCalibrationError([])).toBe(0)
    expect(expectedCalibrationError([sure(1, true), sure(1, true)])).toBe(0)
    expect(expectedCalibrationError([sure(0.5, true), sure(0.5, false)])).toBe(0)
    // Two bins of ten: |1 - 0.6| and |0 - 0.95|, two decisions each.
    const mixed = [sure(0.6, true), sure(0.6, true), sure(0.95, false), sure(0.95, false)]
    expect(expectedCalibrationError(mixed, 10)).toBeCloseTo((0.4 + 0.95) / 2, 12)
    expect(decisions([clip(1, 0, Math.log(3))])).toEqual([{ probability: expect.closeTo(0.75, 6), right: true }])
  })
})

describe('segments', () => {
  const truth = (label: number, start: number, end: number) => ({ label, start, end })
  const found = (label: number, start: number, end: number, score: number) => ({ label, start, end, score })

  it('measures overlap', () => {
    expect(temporalIoU({ start: 0, end: 2 }, { start: 1, end: 3 })).toBeCloseTo(1 / 3, 12)
    expect(temporalIoU({ start: 0, end: 1 }, { start: 1, end: 2 })).toBe(0)
    const intervals = [
      { start: 3, end: 4 },
      { start: 0, end: 1 },
      { start: 0.5, end: 2 },
      { start: 2, end: 2.5 },
    ]
    expect(union(intervals)).toEqual([
      { start: 0, end: 2.5 },
      { start: 3, end: 4 },
    ])
  })

  it('interpolates precision and lets a true segment be found once', () => {
    const video = {
      truth: [truth(0, 0, 10), truth(0, 20, 30)],
      found: [found(0, 0, 10, 0.9), found(0, 1, 10, 0.8), found(0, 21, 30, 0.7), found(1, 0, 10, 1)],
    }
    // Ranks: right, a second find of the same (wrong), right: precisions 1, 1/2, 2/3.
    expect(averagePrecision([video], 0, 0.5)).toBeCloseTo((1 + 2 / 3) / 2, 12)
    expect(averagePrecision([video], 0, 0.95)).toBeCloseTo(0.5, 12)
    // Class 1 has no true segment and does not count.
    expect(segmentMap([video], [0.5, 0.95])).toEqual({
      mean: expect.closeTo((5 / 6 + 0.5) / 2, 12),
      at: [
        { iou: 0.5, value: expect.closeTo(5 / 6, 12) },
        { iou: 0.95, value: expect.closeTo(0.5, 12) },
      ],
      classes: 1,
    })
  })

  it('keeps videos apart and ranks over all of them', () => {
    const a = { truth: [truth(0, 0, 1)], found: [found(0, 5, 6, 0.9)] }
    const b = { truth: [truth(0, 5, 6)], found: [found(0, 5, 6, 0.5)] }
    expect(averagePrecision([a, b], 0, 0.5)).toBeCloseTo(0.25, 12)
  })

  it('is 1 for the truth itself and never outside 0..1', () => {
    const segment = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(50), fc.integer({ min: 1, max: 9 }), fc.nat(100))
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), fc.array(segment), (t, f) => {
        const truths = t.map(([label, start, length]) => truth(label, start, start + length))
        const others = f.map(([label, start, length, score]) => found(label, start, start + length, score))
        expect(segmentMap([{ truth: truths, found: truths.map((s) => ({ ...s, score: 1 })) }]).mean).toBeCloseTo(1, 9)
        const { at } = segmentMap([{ truth: truths, found: others }])
        for (const [i, { value }] of at.entries()) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1 + 1e-12)
          if (i > 0 && others.length === 1) expect(value).toBeLessThanOrEqual(at[i - 1]!.value)
        }
      }),
    )
  })

  it('edit score looks at order alone', () => {
    expect(editScore([], [])).toBe(1)
    expect(editScore([1], [])).toBe(0)
    expect(editScore([1, 2, 3], [1, 3])).toBeCloseTo(2 / 3, 12)
    expect(editScore(['cut onion', 'put knife'], ['cut onion', 'take knife'])).toBe(0.5)
    fc.assert(
      fc.property(fc.array(fc.nat(3)), fc.array(fc.nat(3)), (a, b) => {
        expect(editScore(a, b)).toBeCloseTo(editScore(b, a), 12)
        expect(editScore(a, a)).toBe(1)
      }),
    )
  })

  it('counts false alarms for each minute of idle time', () => {
    const video = {
      duration: 100,
      truth: [
        { start: 10, end: 20 },
        { start: 15, end: 30 },
        { start: 95, end: 105 },
      ],
      found: [
        { start: 40, end: 44 },
        { start: 25, end: 34 },
        { start: 28, end: 36 },
      ],
    }
    const alarms = falseAlarms([video])
    expect(alarms).toMatchObject({ count: 2, idleSeconds: 75 })
    expect(alarms.perMinute).toBeCloseTo((2 * 60) / 75, 12)
    expect(alarms.covered).toBeCloseTo((4 + 6) / 75, 12)
    expect(falseAlarms([{ duration: 5, truth: [{ start: 0, end: 5 }], found: [] }]).perMinute).toBeUndefined()
  })
})

describe('spread and difference', () => {
  it('gives mean and sample deviation', () => {
    expect(spread([1, 2, 3])).toEqual({ mean: 2, deviation: 1, min: 1, max: 3, runs: 3 })
    expect(spread([0.5])).toEqual({ mean: 0.5, min: 0.5, max: 0.5, runs: 1 })
  })

  it('is sure of a large difference, not of a small one, and says the same each time', () => {
    const right = (share: number) => Array.from({ length: 200 }, (_, i) => (i % 100 < share ? 1 : 0))
    const large = pairedBootstrap(right(80), right(40))
    expect(large).toMatchObject({ difference: expect.closeTo(0.4, 12), clear: true })
    expect(large.low).toBeGreaterThan(0.3)
    expect(large.high).toBeLessThan(0.5)
    expect(pairedBootstrap(right(80), right(40))).toEqual(large)
    const shuffled = Array.from({ length: 200 }, (_, i) => ((i * 7) % 10 < 5 ? 1 : 0))
    expect(pairedBootstrap(right(51), shuffled).clear).toBe(false)
    expect(() => pairedBootstrap([1], [1, 0])).toThrow('same clips')
  })

  it('is less sure when clips come from few videos', () => {
    const a = Array.from({ length: 100 }, (_, i) => (i < 60 ? 1 : 0))
    const b = Array.from({ length: 100 }, (_, i) => (i < 40 ? 1 : 0))
    const groups = a.map((_, i) => `video ${Math.floor(i / 20)}`)
    const width = (d: { low: number; high: number }) => d.high - d.low
    expect(width(pairedBootstrap(a, b, { groups }))).toBeGreaterThan(2 * width(pairedBootstrap(a, b)))
  })
})
