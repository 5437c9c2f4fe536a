import { EgoLensError } from '../errors.js'
import type { ScoredClip } from './scores.js'
import { hits } from './top1.js'

/**
 * Mean accuracy over classes: top-1 within each class that has clips, then the plain mean, so that rare classes
 * count as much as frequent ones. In 0..1; `classes` is the number of classes that have clips.
 *
 * @throws EgoLensError `evaluation/no-clips`
 */
export function meanClassAccuracy(clips: readonly ScoredClip[]): { value: number; classes: number } {
  if (clips.length === 0) throw new EgoLensError('evaluation/no-clips', 'there are no clips to score')
  const hit = hits(clips)
  const classes = new Map<number, { right: number; clips: number }>()
  for (const [i, { label }] of clips.entries()) {
    const entry = classes.get(label) ?? { right: 0, clips: 0 }
    entry.right += hit[i]!
    entry.clips++
    classes.set(label, entry)
  }
  const sum = [...classes.values()].reduce((total, { right, clips }) => total + right / clips, 0)
  return { value: sum / classes.size, classes: classes.size }
}
