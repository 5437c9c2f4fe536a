import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { ScoredClip } from './scores.js'
import { hits } from './top1.js'

/**
 * Top-1 accuracy of actions: the share of clips whose verb and noun are both right. In 0..1.
 *
 * @param verbs and `nouns` score the same clips, matched by id
 * @param among classes that compete, where not all do
 * @throws EgoLensError `evaluation/clips-differ` when they do not
 */
export function actionAccuracy(
  verbs: readonly ScoredClip[],
  nouns: readonly ScoredClip[],
  among: Partial<Record<Component, readonly number[]>> = {},
): number {
  const verbHits = hits(verbs, among.verb)
  const verbOf = new Map(verbs.map((clip, i) => [clip.id, verbHits[i]!]))
  if (verbs.length === 0 || verbOf.size !== nouns.length || nouns.some((clip) => !verbOf.has(clip.id))) {
    throw new EgoLensError('evaluation/clips-differ', 'verbs and nouns were not scored on the same clips')
  }
  const right = hits(nouns, among.noun).reduce((sum, hit, i) => sum + (hit & verbOf.get(nouns[i]!.id)!), 0)
  return right / nouns.length
}
