import { basename } from 'node:path'
import { EgoLensError } from '../errors.js'
import { readText } from './text.js'
import type { Component, LabelSet } from './types.js'

/**
 * Builds a label set; the index of an entry is its label.
 *
 * @param allowEmpty labels whose name may be empty (EGTEA's class 0 as X-MIC counts it)
 * @throws EgoLensError `labels/empty-name` or `labels/duplicate-name`: two classes with one text cannot be told apart
 */
export function labelSet(
  dataset: string,
  component: Component,
  entries: readonly { key: string; name: string }[],
  options: { where?: string; allowEmpty?: readonly number[] } = {},
): LabelSet {
  const { where, allowEmpty = [] } = options
  if (entries.length === 0) throw new EgoLensError('labels/none', `no ${component} classes`, { where })
  const seen = new Map<string, number>()
  for (const [label, { key, name }] of entries.entries()) {
    if (name === '' && !allowEmpty.includes(label)) {
      throw new EgoLensError('labels/empty-name', `${component} ${label} ("${key}") has no name`, { where })
    }
    const other = seen.get(name)
    if (other !== undefined) {
      throw new EgoLensError('labels/duplicate-name', `${component}s ${other} and ${label} are both "${name}"`, {
        where,
        cure: 'classes with the same text cannot be told apart: rename one',
      })
    }
    seen.set(name, label)
  }
  return { dataset, component, names: entries.map((e) => e.name), keys: entries.map((e) => e.key) }
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
      throw new EgoLensError('labels/unknown-name', `"${line.trim()}" is not a ${target.component} of the dataset`, {
        where: `${path}:${i + 1}`,
        cure: `the list must hold names of ${target.dataset}`,
      })
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
