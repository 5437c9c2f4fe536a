import type { Clip, Component } from '../datasets/types.js'
import { UNLABELLED } from '../methods/cross-entropy.js'
import type { ClipSet } from './data.js'
import { random, shuffled } from './random.js'

/**
 * Few-shot: so many clips of each class, all of a class that has fewer. Drawn by seed, component and class name alone, so
 * that verbs are the same clips whether they are trained with nouns or without, and fewer shots are among more.
 *
 * Where verbs and nouns are trained together each draws for itself, and a clip that only one of them drew has no label of
 * the other: every class has the same number of labels, whatever goes with it.
 */
export function drawShots(
  set: ClipSet,
  components: readonly Component[],
  shots: number,
  seed: number,
): { set: ClipSet; counts: Record<string, number> } {
  const drawn = new Map<Component, Set<number>>()
  const counts: Record<string, number> = {}
  for (const component of components) {
    const byLabel = groups(set.clips, component)
    const picked = new Set<number>()
    let fewer = 0
    for (const [label, name] of set.labels[component]!.names.entries()) {
      const members = byLabel.get(label) ?? []
      const order = shuffled(members.length, random(seed, 'shots', component, name))
      for (const i of order.slice(0, shots)) picked.add(members[i]!)
      if (members.length < shots) fewer++
    }
    drawn.set(component, picked)
    counts[`${component} classes with fewer clips than shots`] = fewer
  }
  const clips = set.clips.flatMap((clip, i): Clip[] => {
    const without = components.filter((component) => !drawn.get(component)!.has(i))
    if (without.length === components.length) return []
    return [{ ...clip, ...Object.fromEntries(without.map((component) => [component, UNLABELLED])) }]
  })
  return { set: { ...set, clips }, counts }
}

/** Indexes of the clips of each label. */
function groups(clips: readonly Clip[], component: Component): Map<number, number[]> {
  const byLabel = new Map<number, number[]>()
  clips.forEach((clip, i) => {
    const label = clip[component] ?? UNLABELLED
    if (label === UNLABELLED) return
    const members = byLabel.get(label) ?? []
    members.push(i)
    byLabel.set(label, members)
  })
  return byLabel
}
