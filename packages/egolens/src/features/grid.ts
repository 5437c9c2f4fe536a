/** Seconds, from (inclusive) to (inclusive of the grid point nearest to it). */
export type Range = readonly [start: number, end: number]

/**
 * Numbers k of the grid times `k * every` that the ranges need, ascending, each once: all from the one nearest to a
 * range's start to the one nearest to its end, so that every time inside has its nearest grid time.
 */
export function gridSteps(ranges: readonly Range[], every: number): number[] {
  const steps = new Set<number>()
  for (const [start, end] of ranges) {
    const last = Math.round(end / every)
    for (let k = Math.max(0, Math.round(start / every)); k <= last; k++) steps.add(k)
  }
  return [...steps].sort((a, b) => a - b)
}

/** The grid's number of a time. */
export function stepOf(time: number, every: number): number {
  return Math.round(time / every)
}

/** Position of the first of ascending numbers that is not below `x`; their count where all are. */
export function firstAtLeast(ascending: ArrayLike<number>, x: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/** Position of the value nearest to `x` in ascending numbers; the earlier one where two are as near. */
export function nearestIndex(ascending: ArrayLike<number>, x: number): number {
  const low = firstAtLeast(ascending, x)
  if (low === 0) return 0
  if (low === ascending.length) return low - 1
  return x - ascending[low - 1]! <= ascending[low]! - x ? low - 1 : low
}
