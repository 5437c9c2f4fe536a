import { EgoLensError } from '../errors.js'
import type { ScoredClip } from './scores.js'
import { hits } from './top1.js'

/**
 * Top-1 accuracy of actions: the share of clips whose verb and noun are both right. In 0..1.
 *
 * @param verbs and `nouns` score the same clips, matched by id
 * @throws EgoLensError `evaluation/clips-differ` when they do not
 */
export function actionAccuracy(verbs: readonly ScoredClip[], nouns: readonly ScoredClip[]): number {
  const verbHits = hits(verbs)
  const verbOf = new Map(verbs.map((clip, i) => [clip.id, verbHits[i]!]))
  if (verbs.length === 0 || verbOf.size !== nouns.length || nouns.some((clip) => !verbOf.has(clip.id))) {
    throw new EgoLensError('evaluation/clips-differ', 'verbs and nouns were not scored on the same clips')
  }
  const right = hits(nouns).reduce((sum, hit, i) => sum + (hit & verbOf.get(nouns[i]!.id)!), 0)
  return right / nouns.length
}
