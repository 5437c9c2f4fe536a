import type { Clip } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { random, shuffled } from './random.js'

/**
 * Takes whole participants (whole videos, where participants are not known) out of training until at least `share` of
 * the clips is held out: clips of one person look alike, so a split by clip would flatter.
 *
 * @returns clips in their own order
 * @throws EgoLensError when there is only one participant
 */
export function holdOut(clips: Clip[], share: number, seed: number): { train: Clip[]; held: Clip[] } {
  const groupOf = (clip: Clip) => clip.participant ?? clip.video
  const groups = [...new Set(clips.map(groupOf))].sort()
  if (groups.length < 2) {
    throw new EgoLensError('training/one-participant', 'all clips are of one participant, none can be held out', {
      cure: 'name a validation split of its own in data.validation.within',
    })
  }
  const counts = new Map<string, number>()
  for (const clip of clips) counts.set(groupOf(clip), (counts.get(groupOf(clip)) ?? 0) + 1)
  const out = new Set<string>()
  let taken = 0
  for (const index of shuffled(groups.length, random(seed, 'hold out'))) {
    if (taken >= share * clips.length || out.size === groups.length - 1) break
    out.add(groups[index]!)
    taken += counts.get(groups[index]!)!
  }
  return {
    train: clips.filter((clip) => !out.has(groupOf(clip))),
    held: clips.filter((clip) => out.has(groupOf(clip))),
  }
}
