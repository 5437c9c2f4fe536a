import { dirname, resolve } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { labelSet } from './labels.js'
import { readText } from './text.js'
import type { Component, LabelSet } from './types.js'

/**
 * The classes of one component: the given list (names, or a file with one name a line, relative to `from`), else
 * the names found in the file in alphabetical order.
 *
 * @param column where the names stand: the component itself, or `label`
 * @param written the names of that column as they are written, in the order of the file
 */
export async function ownClasses(
  component: Component,
  column: 'verb' | 'noun' | 'label',
  written: Iterable<string>,
  list: string | string[] | undefined,
  from: string,
): Promise<LabelSet> {
  if (list !== undefined) {
    const path = typeof list === 'string' ? resolve(dirname(from), list) : from
    const names = typeof list === 'string' ? await readNames(path) : list
    const entries = names.map((name, i) => ({
      ...entry(name),
      ...(names === list ? {} : { where: `${path}:${i + 1}` }),
    }))
    return labelSet('own', component, entries, { where: path })
  }
  const found = new Map<string, string>()
  for (const key of written) found.set(className(key), found.get(className(key)) ?? key)
  const names = [...found.keys()].sort()
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name))) {
    throw new EgoLensError('dataset/numbers-without-names', `the column "${column}" holds numbers only`, {
      where: from,
      cure: `say what they mean: classes: {${component}: classes.txt}, one name a line, the first is 0`,
    })
  }
  return labelSet(
    'own',
    component,
    names.map((name) => ({ name, key: found.get(name)! })),
    { where: from },
  )
}

/** Reads a class list: one name a line, empty lines at the end allowed. */
export async function readNames(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop()
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') {
      throw new EgoLensError('labels/empty-name', `class ${i} has no name`, {
        where: `${path}:${i + 1}`,
        cure: 'the number of a class is its line, so empty lines count: remove it or name it',
      })
    }
  }
  return lines
}

/** Label of a cell: a class name in any case, or a class number when the list was given. */
export function ownLabel(cell: string, labels: LabelSet, numbers: boolean, where: string): number {
  const label = labels.names.indexOf(className(cell))
  if (label >= 0) return label
  if (numbers && /^\d{1,9}$/.test(cell)) {
    if (Number(cell) < labels.names.length) return Number(cell)
    throw new EgoLensError(
      'dataset/label-out-of-range',
      `${labels.component} ${cell} is not a class: there are ${labels.names.length}, numbered from 0`,
      { where, cure: 'subtract 1 if the labels of this file start at 1' },
    )
  }
  const similar = nearest(className(cell), labels.names)
  throw new EgoLensError('dataset/unknown-class', `"${cell}" is not in the list of ${labels.component}s`, {
    where,
    cure: similar.length > 0 ? `did you mean "${similar[0]}"?` : 'add it to the list',
  })
}

/** The text of a class: lower case, `_` for a blank, single blanks, accents in one encoding. */
export function className(key: string): string {
  return key.normalize('NFC').replaceAll('_', ' ').replace(/\s+/g, ' ').trim().toLowerCase()
}

const entry = (key: string) => ({ key, name: className(key) })
