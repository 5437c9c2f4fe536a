import { basename } from 'node:path'
import { type SharedNovel, sharedNovelFromFile } from '../datasets/labels.js'
import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { NamedDataSpec } from './recipe.js'
import type { TestSet } from './test-sets.js'

/** A file of shared class names, or one for each component. */
export type SharedLists = string | Partial<Record<Component, string>>

/**
 * Shared and novel classes of test sets by lists, by the set's name and component.
 *
 * @param given for all cross tests, before what their recipe names
 * @throws EgoLensError `labels/unknown-name` with the line, `evaluation/one-list` for one list of two components,
 * `evaluation/no-cross-test` where none is there to take what is given
 */
export async function sharedClasses(
  sets: readonly TestSet[],
  given?: SharedLists,
): Promise<Map<string, Partial<Record<Component, SharedNovel>>>> {
  if (given !== undefined && !sets.some(({ role }) => role === 'cross')) {
    throw new EgoLensError('evaluation/no-cross-test', 'lists of shared classes are for test sets of other datasets', {
      where: listNamesOf(given),
      cure: 'name the list beside a test set in the recipe (data.test, shared) to take it within a dataset',
    })
  }
  const found = new Map<string, Partial<Record<Component, SharedNovel>>>()
  for (const { spec, role, labels } of sets) {
    const lists = listsOf(spec, role, given)
    if (lists === undefined) continue
    const components = Object.keys(labels) as Component[]
    const parts: Partial<Record<Component, SharedNovel>> = {}
    for (const component of components) {
      const path = listOf(lists, component, components)
      if (path !== undefined) parts[component] = await sharedNovelFromFile(labels[component]!, path)
    }
    found.set(spec.name, parts)
  }
  return found
}

/** The lists of a test set as a result file names them. */
export function listNames(spec: NamedDataSpec, role: TestSet['role'], given?: SharedLists): string | undefined {
  const lists = listsOf(spec, role, given)
  if (lists === undefined) return undefined
  return listNamesOf(lists)
}

const listNamesOf = (lists: SharedLists): string =>
  (typeof lists === 'string' ? [lists] : Object.values(lists)).map((path) => basename(path)).join(', ')

const listsOf = ({ shared }: NamedDataSpec, role: TestSet['role'], given?: SharedLists): SharedLists | undefined =>
  (role === 'cross' ? given : undefined) ?? shared

function listOf(lists: SharedLists, component: Component, components: Component[]): string | undefined {
  if (typeof lists !== 'string') return lists[component]
  if (components.length === 1) return lists
  throw new EgoLensError('evaluation/one-list', 'one list of shared classes cannot hold verbs and nouns', {
    where: lists,
    cure: 'give each its own: shared: {verb: verbs.txt, noun: nouns.txt}, or --shared-verbs and --shared-nouns',
  })
}
