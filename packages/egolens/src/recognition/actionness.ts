import type { Interval } from '../evaluation/segments.js'
import { firstAtLeast } from '../features/grid.js'
import type { VideoFeatures } from '../features/types.js'
import type { Calibration } from './calibration.js'
import { moments, solve } from './logistic.js'

/** A linear estimate of whether something is being done, from the features about a moment. */
export type Actionness = NonNullable<Calibration['actionness']>

/** Features are averaged over this many seconds to both sides: one frame is noisy, and actions last longer. */
const reach = 0.25

/** Seconds to both sides of a boundary over which actionness is compared. */
const beside = 0.5

/** Tried in turn, in units of one frame; the best on videos left out is taken. */
const ridges = [10, 100, 1000, 10_000]

/** A video whose actions are known, by its frames. */
export interface LabelledFrames {
  frames: VideoFeatures
  segments: readonly Interval[]
}

/** Sums of products of one video's frames, from which a regression over any set of videos follows. */
interface Products {
  /** [D + 1][D + 1], the last column being ones. */
  gram: Float64Array[]
  right: Float64Array
  rows: Float64Array[]
  targets: number[]
}

/**
 * Learns what frames look like while an action goes on: ridge regression of "a true action covers this moment" on
 * standardised features, the ridge chosen on videos left out.
 *
 * @returns the estimate learnt from all videos, and for each video one that has not seen it
 */
export function fitActionness(videos: readonly LabelledFrames[]): { all: Actionness; without: Actionness[] } {
  const smoothed = videos.map(({ frames }) => smooth(frames))
  const { mean, deviation } = moments(smoothed.flat(), videos[0]!.frames.width)
  const products = videos.map(({ frames, segments }, v) => {
    const rows = smoothed[v]!.map((row) => standardised(row, mean, deviation))
    const targets = Array.from(frames.times, (time) => (segments.some((s) => s.start <= time && time < s.end) ? 1 : 0))
    return productsOf(rows, targets)
  })
  const estimate = (used: readonly Products[], ridge: number): Actionness => {
    const solution = ridgeSolution(used, ridge)
    return { mean, deviation, weights: [...solution.subarray(0, -1)], bias: solution.at(-1)! }
  }
  const others = (v: number) => (products.length > 1 ? products.filter((_, i) => i !== v) : products)
  const trials = ridges.map((ridge) => {
    const without = products.map((_, v) => estimate(others(v), ridge))
    const error = products.reduce((sum, product, v) => sum + squaredError(product, without[v]!), 0)
    return { ridge, without, error }
  })
  const best = trials.reduce((a, b) => (b.error < a.error ? b : a))
  return { all: estimate(products, best.ridge), without: best.without }
}

/**
 * Cues of windows: the mean actionness within, how much it rises at the start and falls at the end, and the least that
 * it has within (two actions in one window have a gap).
 */
export function actionnessCues(
  frames: VideoFeatures,
  actionness: Actionness,
  windows: readonly Interval[],
): Float32Array[] {
  const { mean, deviation } = actionness
  const values = smooth(frames).map((row) => linear(standardised(row, mean, deviation), actionness))
  const sums = new Float64Array(values.length + 1)
  for (const [i, value] of values.entries()) sums[i + 1] = sums[i]! + value
  const average = (start: number, end: number): number | undefined => {
    const [from, to] = [firstAtLeast(frames.times, start), firstAtLeast(frames.times, end)]
    return to > from ? (sums[to]! - sums[from]!) / (to - from) : undefined
  }
  return windows.map(({ start, end }) => {
    const [first, last] = [average(start, start + beside) ?? 0, average(end - beside, end) ?? 0]
    const inside = values.slice(firstAtLeast(frames.times, start), firstAtLeast(frames.times, end))
    return Float32Array.of(
      average(start, end) ?? 0,
      first - (average(start - beside, start) ?? 0),
      last - (average(end, end + beside) ?? 0),
      inside.length > 0 ? Math.min(...inside) : 0,
    )
  })
}

/** Means of frames about each frame, [frames][width]. */
function smooth({ times, values, width }: VideoFeatures): Float64Array[] {
  return Array.from(times, (time) => {
    const [from, to] = [firstAtLeast(times, time - reach - 1e-6), firstAtLeast(times, time + reach + 1e-6)]
    const row = new Float64Array(width)
    for (let i = from; i < to; i++) for (let d = 0; d < width; d++) row[d]! += values[i * width + d]! / (to - from)
    return row
  })
}

/** Standardised, with a one at the end. */
function standardised(row: Float64Array, mean: readonly number[], deviation: readonly number[]): Float64Array {
  const result = new Float64Array(row.length + 1)
  for (let d = 0; d < row.length; d++) result[d] = (row[d]! - mean[d]!) / deviation[d]!
  result[row.length] = 1
  return result
}

function productsOf(rows: Float64Array[], targets: number[]): Products {
  const n = rows[0]?.length ?? 1
  const gram = Array.from({ length: n }, () => new Float64Array(n))
  const right = new Float64Array(n)
  for (const [i, row] of rows.entries()) {
    for (let a = 0; a < n; a++) {
      const [line, x] = [gram[a]!, row[a]!]
      right[a]! += x * targets[i]!
      for (let b = 0; b <= a; b++) line[b]! += x * row[b]!
    }
  }
  return { gram, right, rows, targets }
}

function ridgeSolution(products: readonly Products[], ridge: number): Float64Array {
  const n = products[0]!.right.length
  const sum = Array.from({ length: n }, () => new Float64Array(n))
  const right = new Float64Array(n)
  for (const { gram, right: own } of products) {
    for (let a = 0; a < n; a++) {
      right[a]! += own[a]!
      for (let b = 0; b <= a; b++) sum[a]![b]! += gram[a]![b]!
    }
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) sum[b]![a] = sum[a]![b]!
    sum[a]![a]! += a < n - 1 ? ridge : 1e-9
  }
  return solve(sum, right)
}

function linear(row: Float64Array, { weights, bias }: Actionness): number {
  let value = bias
  for (let d = 0; d < weights.length; d++) value += weights[d]! * row[d]!
  return value
}

function squaredError({ rows, targets }: Products, actionness: Actionness): number {
  return rows.reduce((sum, row, i) => sum + (linear(row, actionness) - targets[i]!) ** 2, 0)
}
