import { basename } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { readText } from './text.js'
import type { Component, LabelSet } from './types.js'

/** A class as it was read: the dataset's own spelling, clean text, and the line that it is from. */
export interface ClassEntry {
  key: string
  name: string
  /** file:line */
  where?: string
}

const places = new WeakMap<LabelSet, (string | undefined)[]>()

/** The file and line that a class was read from, or the file; undefined where it is not known. */
export const placeOfClass = (set: LabelSet, label: number): string | undefined => places.get(set)?.[label]

/** Some classes of a label set as a label set of their own: their labels are their places in `labels`. */
export function chosenClasses(set: LabelSet, labels: readonly number[]): LabelSet {
  const chosen = { ...set, names: labels.map((k) => set.names[k]!), keys: labels.map((k) => set.keys[k]!) }
  places.set(
    chosen,
    labels.map((label) => placeOfClass(set, label)),
  )
  return chosen
}

/**
 * Builds a label set; the index of an entry is its label.
 *
 * @param where the file, for entries that do not know their line
 * @param allowEmpty labels whose name may be empty (EGTEA's class 0 as X-MIC counts it)
 * @throws EgoLensError `labels/empty-name` or `labels/duplicate-name`: two classes with one text cannot be told apart
 */
export function labelSet(
  dataset: string,
  component: Component,
  entries: readonly ClassEntry[],
  options: { where?: string; allowEmpty?: readonly number[] } = {},
): LabelSet {
  const { where, allowEmpty = [] } = options
  if (entries.length === 0) throw new EgoLensError('labels/none', `no ${component} classes`, { where })
  const seen = new Map<string, number>()
  for (const [label, { key, name, where: line = where }] of entries.entries()) {
    if (name === '' && !allowEmpty.includes(label)) {
      throw new EgoLensError('labels/empty-name', `${component} ${label} ("${key}") has no name`, { where: line })
    }
    const other = seen.get(name)
    if (other !== undefined) {
      throw new EgoLensError('labels/duplicate-name', `${component}s ${other} and ${label} are both "${name}"`, {
        where: line,
        cure: 'classes with the same text cannot be told apart: rename one',
      })
    }
    seen.set(name, label)
  }
  const set = { dataset, component, names: entries.map((e) => e.name), keys: entries.map((e) => e.key) }
  places.set(
    set,
    entries.map((entry) => entry.where ?? where),
  )
  return set
}

/** The labels of a target that training has seen under the same name, and those it has not. Together: all labels. */
export interface SharedNovel {
  shared: number[]
  novel: number[]
}

/**
 * Shared and novel classes of `target` for a model trained on `source`, by exactly equal clean names (X-MIC,
 * table 2; the "exact" lists of its code).
 *
 * @example sharedNovel(epicNouns, ego4dNouns) // 163 shared, 137 novel of EPIC-KITCHENS-100's 300 nouns
 */
export function sharedNovel(target: LabelSet, source: LabelSet): SharedNovel {
  const known = new Set(source.names)
  return partition(target, (name) => known.has(name))
}

/**
 * The same from a list of shared class names, one a line, by clean name or by the dataset's own key: for lists made
 * by hand, such as X-MIC's semantic ones. Case and `_` for a blank do not matter.
 *
 * @throws EgoLensError `labels/unknown-name` naming the line
 */
export async function sharedNovelFromFile(target: LabelSet, path: string): Promise<SharedNovel> {
  const plain = (text: string) => text.trim().toLowerCase().replaceAll('_', ' ')
  const byName = new Map(target.names.map((name) => [plain(name), name]))
  const byKey = new Map(target.names.map((name, label) => [plain(target.keys[label]!), name]))
  const shared = new Set<string>()
  for (const [i, line] of (await readText(path)).split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const name = byKey.get(plain(line)) ?? byName.get(plain(line))
    if (name === undefined) {
      const near = nearest(plain(line), byName.keys())
      throw new EgoLensError(
        'labels/unknown-name',
        `"${line.trim()}" is not a ${target.component} of ${target.dataset}`,
        {
          where: `${path}:${i + 1}`,
          cure:
            near.length > 0
              ? `did you mean "${near[0]}"?`
              : 'the list must hold names of the dataset that is tested on',
        },
      )
    }
    shared.add(name)
  }
  if (shared.size === 0) throw new EgoLensError('labels/none', `${basename(path)} holds no names`, { where: path })
  return partition(target, (name) => shared.has(name))
}

function partition(target: LabelSet, isShared: (name: string) => boolean): SharedNovel {
  const result: SharedNovel = { shared: [], novel: [] }
  for (const [label, name] of target.names.entries()) (isShared(name) ? result.shared : result.novel).push(label)
  return result
}
