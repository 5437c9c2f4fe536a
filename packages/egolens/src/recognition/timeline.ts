import type { Interval } from '../evaluation/segments.js'
import { firstAtLeast } from '../features/grid.js'
import { type Candidate, fineScale, gridStep } from './windows.js'

/** Mean over components of the total variation distance of two class distributions, in 0..1. */
export function variation(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let total = 0
  for (const [c, p] of a.entries()) {
    const q = b[c]!
    for (let k = 0; k < p.length; k++) total += Math.abs(p[k]! - q[k]!)
  }
  return total / (2 * a.length)
}

/** The windows of about a second, in order of time: what is seen when, and how much it changes. */
export class Timeline {
  readonly probabilities: Float64Array[][]
  readonly confidence: number[]
  readonly cues?: Float32Array[]
  private readonly centres: number[]
  /** Change at each point of the grid, and its sums from the start. */
  private readonly edges: Float64Array
  private readonly sums: Float64Array

  constructor(
    candidates: readonly Candidate[],
    distributions: (candidate: number) => Float64Array[],
    confidence: readonly number[],
    cues?: readonly Float32Array[],
  ) {
    const scale = candidates.some((c) => c.scale === fineScale)
      ? fineScale
      : Math.min(...candidates.map((candidate) => candidate.scale))
    const fine = candidates.flatMap((candidate, i) => (candidate.scale === scale ? [i] : []))
    this.probabilities = fine.map(distributions)
    this.confidence = fine.map((i) => confidence[i]!)
    if (cues) this.cues = fine.map((i) => cues[i]!)
    this.centres = fine.map((i) => (candidates[i]!.start + candidates[i]!.end) / 2)
    const end = Math.max(...candidates.map((candidate) => candidate.end))
    this.edges = Float64Array.from({ length: Math.floor(end / gridStep) + 1 }, (_, k) => {
      const before = this.nearest(k * gridStep - scale / 2)
      const after = this.nearest(k * gridStep + scale / 2)
      return variation(this.probabilities[before]!, this.probabilities[after]!)
    })
    this.sums = new Float64Array(this.edges.length + 1)
    for (const [k, edge] of this.edges.entries()) this.sums[k + 1] = this.sums[k]! + edge
  }

  /** Fine windows whose centre is in an interval, and those within half its length (at least 0.5 s) around it. */
  around({ start, end }: Interval): { inside: number[]; flank: number[] } {
    const reach = Math.max(0.5, (end - start) / 2)
    const first = firstAtLeast(this.centres, start)
    const last = firstAtLeast(this.centres, end + 1e-9)
    const inside = range(first, last)
    return {
      inside: inside.length > 0 ? inside : [this.nearest((start + end) / 2)],
      flank: [
        ...range(firstAtLeast(this.centres, start - reach), first),
        ...range(last, firstAtLeast(this.centres, end + reach + 1e-9)),
      ],
    }
  }

  /** How much the classes change at a time, from the second before to the second after, in 0..1. */
  edge(time: number): number {
    return this.edges[Math.min(this.edges.length - 1, Math.max(0, Math.round(time / gridStep)))]!
  }

  /** Mean of {@link edge} over the grid from start to end; 0 when that holds no point. */
  meanEdge(start: number, end: number): number {
    const from = Math.max(0, Math.ceil(start / gridStep - 1e-9))
    const to = Math.min(this.edges.length, Math.floor(end / gridStep + 1e-9) + 1)
    return to > from ? (this.sums[to]! - this.sums[from]!) / (to - from) : 0
  }

  private nearest(time: number): number {
    const after = Math.min(this.centres.length - 1, firstAtLeast(this.centres, time))
    const before = Math.max(0, after - 1)
    return time - this.centres[before]! < this.centres[after]! - time ? before : after
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}
