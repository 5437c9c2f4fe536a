import type { Component } from '../datasets/types.js'
import { temporalIoU } from '../evaluation/segments.js'
import type { WindowScores } from './types.js'
import type { Candidate } from './windows.js'

/** Least overlap of a candidate that speaks for another one's class. */
const leastOverlap = 0.6

/**
 * Class logits of a candidate: the mean over candidates that nearly are the same piece of time, weighted by the square
 * of their overlap. Steadier than its own logits alone.
 */
export function pooledLogits(
  { candidates, scores }: { candidates: readonly Candidate[]; scores: WindowScores },
  component: Component,
  candidate: number,
): Float64Array {
  const rows = scores[component]!
  const sum = new Float64Array(rows[candidate]!.length)
  let total = 0
  for (const i of similar(candidates, candidate)) {
    const weight = temporalIoU(candidates[i]!, candidates[candidate]!) ** 2
    for (let k = 0; k < sum.length; k++) sum[k]! += weight * rows[i]![k]!
    total += weight
  }
  return sum.map((value) => value / total)
}

/** Candidates with at least the overlap, itself included. Those of a scale are neighbours, in order of time. */
function similar(candidates: readonly Candidate[], candidate: number): number[] {
  const own = candidates[candidate]!
  const length = own.end - own.start
  return runsOf(candidates).flatMap(({ from, to }) => {
    const scale = candidates[from]!.scale
    if (scale < leastOverlap * length - 1e-9 || scale * leastOverlap > length + 1e-9) return []
    const found: number[] = []
    for (let i = firstStart(candidates, from, to, own.start - scale); i < to; i++) {
      if (candidates[i]!.start > own.end) break
      if (temporalIoU(candidates[i]!, own) >= leastOverlap) found.push(i)
    }
    return found
  })
}

interface Run {
  from: number
  to: number
}

const runs = new WeakMap<readonly Candidate[], Run[]>()

/** Where the candidates of each scale stand. */
function runsOf(candidates: readonly Candidate[]): Run[] {
  const known = runs.get(candidates)
  if (known) return known
  const found: Run[] = []
  for (const [i, { scale }] of candidates.entries()) {
    const last = found.at(-1)
    if (last && candidates[last.from]!.scale === scale) last.to = i + 1
    else found.push({ from: i, to: i + 1 })
  }
  runs.set(candidates, found)
  return found
}

function firstStart(candidates: readonly Candidate[], from: number, to: number, time: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (candidates[middle]!.start < time) low = middle + 1
    else high = middle
  }
  return low
}
