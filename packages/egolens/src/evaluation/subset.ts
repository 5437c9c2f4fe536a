import type { ScoredClip } from './scores.js'
import { top1 } from './top1.js'

/** Which classes compete where only some clips are scored: those of the clips alone, or all. */
export type SubsetSpace = 'restricted' | 'full'

/**
 * Top-1 accuracy over the clips whose label is in a set of classes (shared or novel ones). With `restricted` only
 * those classes compete, all other logits being minus infinity, as in X-MIC's table 2; with `full` all compete.
 * Undefined when no clip has such a label.
 */
export function subsetAccuracy(
  clips: readonly ScoredClip[],
  classes: readonly number[],
  space: SubsetSpace = 'restricted',
): { value: number; clips: number } | undefined {
  const inside = new Set(classes)
  const scored = clips.filter((clip) => inside.has(clip.label))
  if (scored.length === 0) return undefined
  return { value: top1(scored, space === 'restricted' ? classes : undefined), clips: scored.length }
}
