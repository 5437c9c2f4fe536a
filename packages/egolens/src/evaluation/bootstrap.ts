import { EgoLensError } from '../errors.js'

export interface PairedDifference {
  /** Mean of a - mean of b. */
  difference: number
  /** The middle 95 % of the resampled differences. */
  low: number
  high: number
  /** True when the interval does not hold 0. */
  clear: boolean
  resamples: number
}

/**
 * Paired bootstrap (Efron and Tibshirani, 1993) of the difference of two means over the same clips: clips are drawn
 * again with replacement, the same draw for both methods.
 *
 * @param a and `b` one score for each clip, in the same order: 1 and 0 for right and wrong, or means over seeds
 * @param options `groups` names the group of each clip, such as its video: whole groups are then drawn, since clips of
 *   one video are alike and drawing them singly makes the interval too narrow
 * @throws EgoLensError `evaluation/clips-differ`
 */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { groups?: readonly string[]; resamples?: number; seed?: number } = {},
): PairedDifference {
  const { groups, resamples = 5000, seed = 1 } = options
  if (a.length !== b.length || a.length === 0 || (groups && groups.length !== a.length)) {
    throw new EgoLensError('evaluation/clips-differ', 'the two methods were not scored on the same clips')
  }
  const units = new Map<string | number, { sum: number; clips: number }>()
  for (let i = 0; i < a.length; i++) {
    const key = groups?.[i] ?? i
    const unit = units.get(key) ?? { sum: 0, clips: 0 }
    unit.sum += a[i]! - b[i]!
    unit.clips++
    units.set(key, unit)
  }
  const drawn = resample([...units.values()], resamples, mulberry(seed))
  const quantile = (q: number) => drawn[Math.min(resamples - 1, Math.max(0, Math.round(q * (resamples - 1))))]!
  const [low, high] = [quantile(0.025), quantile(0.975)]
  const total = [...units.values()].reduce((sum, unit) => sum + unit.sum, 0)
  return { difference: total / a.length, low, high, clear: low > 0 || high < 0, resamples }
}

function resample(units: { sum: number; clips: number }[], resamples: number, random: () => number): Float64Array {
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0
    let clips = 0
    for (let i = 0; i < units.length; i++) {
      const unit = units[Math.floor(random() * units.length)]!
      sum += unit.sum
      clips += unit.clips
    }
    return sum / clips
  }).sort()
}

/** Uniform numbers in [0, 1) from a 32-bit state (Mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
