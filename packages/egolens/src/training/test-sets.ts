import type { LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { methodNamed } from '../methods/registry.js'
import { halvesOf } from './base-novel.js'
import { type ClipSet, openClips } from './data.js'
import { componentsOf, type NamedDataSpec, type Recipe, sameData } from './recipe.js'
import type { Resources } from './resources.js'

/** A test set, open. */
export interface TestSet extends ClipSet {
  spec: NamedDataSpec
  /** `within`: of the dataset in the place that was trained on. */
  role: 'within' | 'cross'
}

/** The classes that a run learns, and those that are held back from it: they decide what it can be tested on. */
export interface LearnedClasses {
  labels: LabelSets
  novel?: LabelSets | undefined
}

/**
 * Opens test sets and holds them against what was learned, before any of their frames is decoded.
 *
 * @throws EgoLensError `method/not-transferable` for classes that the method cannot score, `protocol/no-test-clips` where
 * a half of the classes has no clip, `protocol/other-classes`
 */
export async function openTests(
  recipe: Recipe,
  specs: readonly NamedDataSpec[],
  learned: LearnedClasses,
  open: Resources['openDataset'],
): Promise<TestSet[]> {
  const sets: TestSet[] = []
  for (const spec of specs) sets.push(await openTest(recipe, spec, open))
  for (const set of sets) check(recipe, set, learned)
  return sets
}

/**
 * The same checks before training. A test set that is not there yet, or not on this machine, is passed over: it is
 * evaluation that needs it.
 */
export async function checkTests(
  recipe: Recipe,
  learned: LearnedClasses,
  open: Resources['openDataset'],
): Promise<void> {
  if (!tiedBy(recipe) && !learned.novel) return
  for (const spec of recipe.data.test) {
    const set = await openTest(recipe, spec, open).catch((error: unknown) => {
      if (error instanceof EgoLensError) return undefined
      throw error
    })
    if (set) check(recipe, set, learned)
  }
}

async function openTest(recipe: Recipe, spec: NamedDataSpec, open: Resources['openDataset']): Promise<TestSet> {
  const set = await openClips(spec, componentsOf(recipe), open)
  return { ...set, spec, role: sameData(spec, recipe.data.train) ? 'within' : 'cross' }
}

function check(recipe: Recipe, set: TestSet, learned: LearnedClasses): void {
  refuseOtherLabels(recipe, set, learned)
  if (set.role === 'within') refuseEmptyHalves(set, learned)
}

function tiedBy({ method, options }: Recipe): { key: string; why: string } | undefined {
  const definition = methodNamed(method)
  return definition.tiedBy?.(definition.options.parse(options))
}

/** What is learned for each training class says nothing of another. */
function refuseOtherLabels(recipe: Recipe, { spec, labels }: TestSet, learned: LearnedClasses): void {
  const tied = tiedBy(recipe)
  if (!tied) return
  for (const asked of Object.values(labels)) {
    const own = learned.labels[asked.component]?.names ?? []
    if (own.length === asked.names.length && own.every((name, i) => name === asked.names[i])) continue
    const other = asked.names.find((name) => !own.includes(name))
    const which = other === undefined ? 'in another order or number' : `such as "${other}"`
    const message = `${recipe.method} learned ${own.length} ${asked.component} classes and cannot score the ${asked.names.length} of "${spec.name}", ${which}: ${tied.why}`
    throw new EgoLensError('method/not-transferable', message, {
      where: tied.key,
      cure: `take "${spec.name}" out of data.test, or change ${tied.key}`,
    })
  }
}

/** A harmonic mean needs clips on both sides. */
function refuseEmptyHalves({ spec, labels, clips }: TestSet, learned: LearnedClasses): void {
  for (const set of Object.values(labels)) {
    const halves = halvesOf(learned, set)
    if (!halves) continue
    for (const [half, members] of Object.entries(halves) as [string, number[]][]) {
      const inside = new Set(members)
      if (clips.some((clip) => inside.has(clip[set.component]!))) continue
      const message = `none of the ${clips.length} clips of "${spec.name}" has one of the ${members.length} ${half} ${set.component} classes`
      throw new EgoLensError('protocol/no-test-clips', message, {
        where: 'protocol',
        cure: 'halve only classes that are there (protocol.classes: present), take another order, or test on more clips',
      })
    }
  }
}
