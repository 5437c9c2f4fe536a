import type { Interval } from '../evaluation/segments.js'

/** A share of each end of a segment that a neighbour may overlap, since boundaries are not sharp. */
const softEnd = 0.1

/**
 * The non-overlapping intervals with the largest sum of weights (weighted interval scheduling by dynamic
 * programming); intervals with a weight of 0 or less are never taken. A tenth of each end may overlap.
 *
 * @returns indices in order of time
 */
export function selectIntervals(intervals: readonly Interval[], weights: ArrayLike<number>): number[] {
  const cores = intervals
    .map(({ start, end }, index) => {
      const soft = (end - start) * softEnd
      return { index, start: start + soft, end: end - soft, weight: weights[index]! }
    })
    .filter((core) => core.weight > 0)
    .sort((a, b) => a.end - b.end || a.start - b.start)
  // best[i]: the largest sum with the first i cores; before[i]: how many of them end before core i starts.
  const best = new Float64Array(cores.length + 1)
  const before = cores.map((core) => countEndingBy(cores, core.start))
  for (const [i, core] of cores.entries()) best[i + 1] = Math.max(best[i]!, best[before[i]!]! + core.weight)
  const chosen: number[] = []
  for (let i = cores.length; i > 0; ) {
    const taken = best[before[i - 1]!]! + cores[i - 1]!.weight
    if (taken >= best[i]! && taken > best[i - 1]!) {
      chosen.push(cores[i - 1]!.index)
      i = before[i - 1]!
    } else i--
  }
  return chosen.reverse()
}

function countEndingBy(cores: readonly { end: number }[], time: number): number {
  let [low, high] = [0, cores.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (cores[middle]!.end <= time + 1e-9) low = middle + 1
    else high = middle
  }
  return low
}
