import { type BaseNovel, halve, labelsOf } from '../datasets/base-novel.js'
import { chosenClasses } from '../datasets/labels.js'
import type { Clip, Component, LabelSet, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { UNLABELLED } from '../methods/cross-entropy.js'
import type { ClipSet } from './data.js'
import { random, shuffled } from './random.js'
import { type ProtocolSpec, type Recipe, resolveRecipe, sameData } from './recipe.js'

/** The classes of each component that training sees, and those that are held back from it. */
export interface HeldBack {
  base: LabelSets
  novel: LabelSets
}

/**
 * Halves the classes of each component by the recipe's protocol.
 *
 * @param set the training clips, whose labels tell which classes are frequent, and which are present
 * @throws EgoLensError `protocol/no-novel-classes`
 */
export function holdBack(protocol: ProtocolSpec, { labels, clips }: ClipSet, components: Component[]): HeldBack {
  const halves: HeldBack = { base: {}, novel: {} }
  for (const component of components) {
    const set = labels[component]!
    const { base, novel } = halve(set, orderOf(set, clips, protocol))
    halves.base[component] = chosenClasses(set, base)
    halves.novel[component] = chosenClasses(set, novel)
  }
  return halves
}

/** Labels in the order of which the first half is base. */
function orderOf(
  { component, names }: LabelSet,
  clips: readonly Clip[],
  { order, seed, classes }: ProtocolSpec,
): number[] {
  const counts = new Array<number>(names.length).fill(0)
  for (const clip of clips) counts[clip[component]!]!++
  const labels = [...names.keys()].filter((label) => classes === 'all' || counts[label]! > 0)
  if (order === 'random') return shuffled(labels.length, random(seed, 'halves', component)).map((i) => labels[i]!)
  return order === 'frequency' ? labels.sort((a, b) => counts[b]! - counts[a]! || a - b) : labels
}

/**
 * The clips of base classes, with labels among these. Of a clip with a base and a novel label only the base one stays, or
 * the clip is left out.
 *
 * @throws EgoLensError `protocol/no-base-clips`, `protocol/other-classes`
 */
export function baseClips(
  set: ClipSet,
  { base }: HeldBack,
  { mixed }: Pick<ProtocolSpec, 'mixed'>,
): { set: ClipSet; counts: Record<string, number> } {
  const components = Object.keys(base) as Component[]
  const places = components.map((component): [Component, Map<number, number>] => {
    const labels = labelsOf(set.labels[component]!, base[component]!)
    return [component, new Map(labels.map((label, place) => [label, place]))]
  })
  let [novel, half] = [0, 0]
  const clips = set.clips.flatMap((clip): Clip[] => {
    const labels = places.map(
      ([component, placeOf]) => [component, placeOf.get(clip[component]!) ?? UNLABELLED] as const,
    )
    const known = labels.filter(([, label]) => label !== UNLABELLED).length
    if (known === 0) novel++
    else if (known < labels.length) half++
    if (known === 0 || (known < labels.length && mixed === 'drop')) return []
    return [{ ...clip, ...Object.fromEntries(labels) }]
  })
  if (clips.length === 0) {
    const message = `none of the ${set.clips.length} clips of ${set.dataset.name} is of base classes`
    throw new EgoLensError('protocol/no-base-clips', message, { cure: 'take more clips, or another protocol.order' })
  }
  const mixedName = mixed === 'drop' ? 'clips with one novel label, left out' : 'clips with one novel label, masked'
  const counts = { 'clips of novel classes, left out': novel, ...(components.length > 1 ? { [mixedName]: half } : {}) }
  return { set: { ...set, clips, labels: base }, counts }
}

/** The halves of a test set's label set, where a run was trained on one of them alone. @throws EgoLensError `protocol/other-classes` */
export function halvesOf(
  { labels, novel }: { labels: LabelSets; novel?: LabelSets | undefined },
  set: LabelSet,
): BaseNovel | undefined {
  const [base, other] = [labels[set.component], novel?.[set.component]]
  return base && other && { base: labelsOf(set, base), novel: labelsOf(set, other) }
}

/**
 * The base-to-novel variant of a recipe: the same method, values and training split, trained on half of the classes and
 * tested on its own dataset alone.
 *
 * @example
 * const { component, protocol } = baseToNovel(recipe, { mixed: 'drop' })
 * @throws EgoLensError `recipe/no-within-test` where the recipe has no test set of its training dataset
 */
export function baseToNovel(recipe: Recipe, choices: Partial<Omit<ProtocolSpec, 'kind'>> = {}): Recipe {
  const test = recipe.data.test.filter((spec) => sameData(spec, recipe.data.train))
  return resolveRecipe({
    ...recipe,
    name: `${recipe.name}-base-to-novel`,
    data: { ...recipe.data, test },
    protocol: { kind: 'base-to-novel', ...choices },
  })
}
