import type { Component } from '../datasets/types.js'
import { actionAccuracy } from './action.js'
import { harmonicMean } from './harmonic-mean.js'
import { metric } from './metric-names.js'
import type { Summary, TestResult } from './result.js'
import { predicted, type ScoredClip } from './scores.js'
import { type SubsetSpace, subsetAccuracy } from './subset.js'

/** Two parts of a label set: shared and novel classes of another dataset, or base and novel ones of training's own. */
export interface Parts {
  kind: 'shared' | 'base'
  /** Labels of shared or base classes. */
  first: readonly number[]
  novel: readonly number[]
}

const names = {
  shared: { first: metric.shared, mean: metric.sharedNovel },
  base: { first: metric.base, mean: metric.baseNovel },
} as const

/** Adds top-1 accuracy over the clips of each part, their harmonic mean, and what stands behind them. */
export function addParts(
  result: TestResult,
  clips: readonly ScoredClip[],
  { kind, first, novel }: Parts,
  space?: SubsetSpace,
): void {
  const [known, unknown] = [subsetAccuracy(clips, first, space), subsetAccuracy(clips, novel, space)]
  if (known) result.values[names[kind].first] = known.value
  if (unknown) result.values[metric.novel] = unknown.value
  if (known && unknown) result.values[names[kind].mean] = harmonicMean(known.value, unknown.value)
  result.counts = {
    ...result.counts,
    [`${kind} classes`]: first.length,
    'novel classes': novel.length,
    [`clips of ${kind} classes`]: known?.clips ?? 0,
    'clips of novel classes': unknown?.clips ?? 0,
  }
}

/** Says of each prediction which half its label is of, and what it would be among the classes that compete there. */
export function addHalves(
  result: TestResult,
  clips: readonly ScoredClip[],
  { first, novel }: Parts,
  space: SubsetSpace = 'restricted',
): void {
  const [base, other] = [new Set(first), new Set(novel)]
  clips.forEach((clip, i) => {
    const of = base.has(clip.label) ? 'base' : other.has(clip.label) ? 'novel' : undefined
    if (of === undefined) return
    const among = of === 'base' ? first : novel
    result.predictions[i]!.half = { of, best: predicted(clip, space === 'restricted' ? among : undefined) }
  })
}

/**
 * Actions in base-to-novel: a base action has a base verb and a base noun, a novel one a novel verb and a novel noun, and
 * each is right when both are. Verbs compete with verbs of their half, nouns with nouns of theirs. Actions of a base and
 * a novel part are of neither kind; they are counted.
 *
 * @param verbs and `nouns` score the same clips
 */
export function baseNovelActions(
  name: string,
  verbs: readonly ScoredClip[],
  nouns: readonly ScoredClip[],
  parts: Record<Component, Parts>,
  space: SubsetSpace = 'restricted',
): Summary[] {
  const within = (half: 'first' | 'novel') => {
    const among = { verb: parts.verb[half], noun: parts.noun[half] }
    const idsOf = (clips: readonly ScoredClip[], labels: readonly number[]) => {
      const inside = new Set(labels)
      return clips.filter(({ label }) => inside.has(label)).map(({ id }) => id)
    }
    const ofVerb = new Set(idsOf(verbs, among.verb))
    const both = new Set(idsOf(nouns, among.noun).filter((id) => ofVerb.has(id)))
    const [v, n] = [verbs, nouns].map((clips) => clips.filter(({ id }) => both.has(id)))
    const value = both.size > 0 ? actionAccuracy(v!, n!, space === 'restricted' ? among : {}) : undefined
    return { clips: both.size, value }
  }
  const [base, novel] = [within('first'), within('novel')]
  const mixed = { 'clips of mixed actions': verbs.length - base.clips - novel.clips }
  const line = (title: string, value: number | undefined, counts: Record<string, number>): Summary[] =>
    value === undefined ? [] : [{ name: title, of: [name], value, counts }]
  const mean = base.value !== undefined && novel.value !== undefined ? harmonicMean(base.value, novel.value) : undefined
  return [
    ...line(metric.baseAction, base.value, { clips: base.clips }),
    ...line(metric.novelAction, novel.value, { clips: novel.clips }),
    ...line(metric.baseNovelAction, mean, mixed),
  ]
}
