import { EgoLensError } from '../errors.js'
import { predicted, type ScoredClip } from './scores.js'

/** 1 where the largest logit is the label's, else 0; one for each clip. */
export function hits(clips: readonly ScoredClip[], among?: readonly number[]): Uint8Array {
  return Uint8Array.from(clips, (clip) => (predicted(clip, among) === clip.label ? 1 : 0))
}

/**
 * Top-1 accuracy over clips: the share of clips whose largest logit is the label's, every clip counting the same
 * (X-MIC's main number). In 0..1.
 *
 * @param among classes that compete; the others count as minus infinity
 * @throws EgoLensError `evaluation/no-clips`
 */
export function top1(clips: readonly ScoredClip[], among?: readonly number[]): number {
  if (clips.length === 0) throw new EgoLensError('evaluation/no-clips', 'there are no clips to score')
  return hits(clips, among).reduce((sum, hit) => sum + hit, 0) / clips.length
}
