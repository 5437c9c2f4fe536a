import type { Component } from '../datasets/types.js'
import { softmax } from '../evaluation/scores.js'
import { scoredComponents } from './score-windows.js'
import { Timeline, variation } from './timeline.js'
import type { WindowScores } from './types.js'
import { type Candidate, gridStep } from './windows.js'

/** What speaks for and against each candidate being an action with these boundaries. */
export interface Evidence {
  names: string[]
  /** [candidates][names] */
  rows: number[][]
}

/** A temperature for each component; 1 where none is known. */
export type Temperatures = Partial<Record<Component, number>>

/** Temperatures times a factor: probabilities near 1 hide which of two good windows is the better one. */
export function soften(temperatures: Temperatures, softness: number): Temperatures {
  return Object.fromEntries(Object.entries(temperatures).map(([component, t]) => [component, t * softness]))
}

/**
 * Numbers by which candidates are judged, from their scores alone: how sure the classes are (largest probability,
 * entropy, margin), whether that is more than beside the candidate, in wider and in narrower windows, whether the
 * classes change at its ends and not within, whether it is like its inside and unlike its surroundings, its length,
 * and the scorer's cues with their contrast to the surroundings.
 */
export function evidence(
  candidates: readonly Candidate[],
  scores: WindowScores,
  temperatures: Temperatures = {},
): Evidence {
  const components = scoredComponents(scores)
  // A long video has a hundred thousand candidates: distributions are made when needed, not kept.
  const distributions = (i: number) =>
    components.map((component) => softmax(scores[component]![i]!, temperatures[component]))
  const sureness = candidates.map((_, i) => distributions(i).map(summary))
  const confidence = sureness.map((list) => 1 - list.reduce((sum, s) => sum + s.entropy, 0) / list.length)
  const timeline = new Timeline(candidates, distributions, confidence, scores.cues)
  const neighbours = scaleNeighbours(candidates)
  const rows = candidates.map((candidate, i) => {
    const { inside, flank } = timeline.around(candidate)
    const beside = (ids: number[], value: (id: number) => number, otherwise: number) =>
      ids.length === 0 ? otherwise : ids.reduce((sum, id) => sum + value(id), 0) / ids.length
    const calm = beside(inside, (id) => timeline.confidence[id]!, confidence[i]!)
    const own = distributions(i)
    const unlike = (ids: number[]) => beside(thin(ids), (id) => variation(own, timeline.probabilities[id]!), 0)
    const length = Math.log(candidate.end - candidate.start)
    const versus = (other: number) => (other < 0 ? 0 : confidence[i]! - confidence[other]!)
    return [
      ...sureness[i]!.flatMap((s) => [s.max, s.entropy, s.margin]),
      calm - beside(flank, (id) => timeline.confidence[id]!, calm),
      timeline.edge(candidate.start),
      timeline.edge(candidate.end),
      timeline.meanEdge(candidate.start + gridStep, candidate.end - gridStep),
      versus(neighbours.wider[i]!),
      versus(neighbours.narrower[i]!),
      unlike(inside),
      unlike(flank),
      length,
      length ** 2,
      ...cueNumbers(timeline, scores.cues?.[i], inside, flank, beside),
    ]
  })
  const cues = Array.from({ length: scores.cues?.[0]?.length ?? 0 }, (_, c) => [`cue ${c}`, `cue ${c} contrast`])
  const sure = components.flatMap((c) => [`${c} probability`, `${c} entropy`, `${c} margin`])
  return { names: [...sure, ...commonNames, ...cues.flat()], rows }
}

const commonNames = [
  'contrast',
  'start edge',
  'end edge',
  'inner edge',
  'surer than wider',
  'surer than narrower',
  'unlike inside',
  'unlike surroundings',
  'length',
  'length squared',
]

/** Largest probability, entropy as a share of its largest value, and the gap between the best two. */
function summary(probabilities: Float64Array): { max: number; entropy: number; margin: number } {
  let [first, second, entropy] = [0, 0, 0]
  for (const p of probabilities) {
    if (p > first) {
      second = first
      first = p
    } else if (p > second) second = p
    if (p > 0) entropy -= p * Math.log(p)
  }
  return { max: first, entropy: entropy / Math.log(Math.max(2, probabilities.length)), margin: first - second }
}

function cueNumbers(
  timeline: Timeline,
  own: Float32Array | undefined,
  inside: number[],
  flank: number[],
  beside: (ids: number[], value: (id: number) => number, otherwise: number) => number,
): number[] {
  if (!own) return []
  return [...own].flatMap((value, c) => {
    const within = beside(inside, (id) => timeline.cues![id]![c]!, value)
    return [value, within - beside(flank, (id) => timeline.cues![id]![c]!, within)]
  })
}

/** At most six of the ids, evenly chosen: their mean is as good and the cost stays low. */
function thin(ids: number[]): number[] {
  return ids.length <= 6 ? ids : Array.from({ length: 6 }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / 6)]!)
}

/** For each candidate the one of the next larger and of the next smaller scale with the nearest centre, or -1. */
function scaleNeighbours(candidates: readonly Candidate[]): { wider: number[]; narrower: number[] } {
  const scales = [...new Set(candidates.map((c) => c.scale))].sort((a, b) => a - b)
  const byScale = new Map(scales.map((scale) => [scale, [] as number[]]))
  for (const [i, candidate] of candidates.entries()) byScale.get(candidate.scale)!.push(i)
  const centre = (i: number) => candidates[i]!.start + candidates[i]!.end
  const nearest = (i: number, offset: number) => {
    const list = byScale.get(scales[scales.indexOf(candidates[i]!.scale) + offset] ?? Number.NaN)
    if (!list) return -1
    let [low, high] = [0, list.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (centre(list[middle]!) < centre(i)) low = middle + 1
      else high = middle
    }
    const before = list[Math.max(0, low - 1)]!
    return Math.abs(centre(before) - centre(i)) < Math.abs(centre(list[low]!) - centre(i)) ? before : list[low]!
  }
  return { wider: candidates.map((_, i) => nearest(i, 1)), narrower: candidates.map((_, i) => nearest(i, -1)) }
}
