import type { Component } from '../datasets/types.js'
import { baseNovelTable } from './base-novel-table.js'
import { type PairedDifference, pairedBootstrap } from './bootstrap.js'
import { isHalved } from './pairs.js'
import type { Prediction, Result, TestResult } from './result.js'
import type { Table } from './table.js'
import { crossTable, sharedNovelTable, type TableOptions } from './tables.js'

/** The difference in top-1 accuracy of two rows on one test set. */
export interface RowDifference extends PairedDifference {
  test: string
  component: Component
  trainedOn: string | null
  /** The better one is first when `difference` is positive. */
  rows: [string, string]
  clips: number
}

export interface Comparison {
  table: Table
  /** Undefined when no result has shared and novel classes. */
  sharedNovel?: Table
  /** Undefined when no result is of a run that saw half of its classes. */
  baseNovel?: Table
  /** Every row against the first one, or against those asked for, on each test set that both scored. */
  differences: RowDifference[]
}

export interface CompareOptions extends TableOptions {
  /** Names of the rows against which the others are held, the first row's by default. */
  against?: readonly string[]
}

/**
 * Results side by side: the tables, and for each row the paired bootstrap of its top-1 accuracy against the first
 * row's, over the same clips (drawn by video where results name it), per-clip scores averaged over seeds.
 */
export function compare(results: readonly Result[], { against, ...options }: CompareOptions = {}): Comparison {
  // What a run that saw half of the classes scores on all of them stands beside nothing.
  const whole = results.filter((result) => !isHalved(result))
  const sharedNovel = sharedNovelTable(whole, options)
  const bases = against ?? results.slice(0, 1).map(({ name }) => name)
  const comparison: Comparison = { table: crossTable(whole, options), differences: differences(results, bases) }
  if (sharedNovel.groups.length > 0) comparison.sharedNovel = sharedNovel
  const baseNovel = baseNovelTable(results)
  if (baseNovel.groups.length > 0) comparison.baseNovel = baseNovel
  return comparison
}

/** The tables of a comparison that have columns; the first one alone where none has. */
export function tablesOf({ table, sharedNovel, baseNovel }: Comparison): Table[] {
  const others = [sharedNovel, baseNovel].filter((one) => one !== undefined)
  return table.groups.length > 0 || others.length === 0 ? [table, ...others] : others
}

/** One sentence for a difference, saying so when it is not clear. */
export function differenceText(d: RowDifference): string {
  const points = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)}`
  const place = d.trainedOn === null ? '' : `trained on ${d.trainedOn}, `
  const verdict = d.clear ? '' : ': not a clear difference'
  return (
    `${d.rows[0]} against ${d.rows[1]}, ${place}${d.component}s of ${d.test}: ${points(d.difference)} points ` +
    `(95 % interval ${points(d.low)} to ${points(d.high)}, ${d.clips} clips)${verdict}`
  )
}

/** Right or wrong of each clip, averaged over seeds. */
interface Scores {
  name: string
  trainedOn: string | null
  test: string
  component: Component
  runs: number
  clips: Map<string, { hits: number; group: string }>
}

/** Each pair of rows once: what is held against a base is not a base for it in turn. */
function differences(results: readonly Result[], against: readonly string[]): RowDifference[] {
  const scores = collect(results)
  return against.flatMap((name, i) => {
    const bases = scores.filter((s) => s.name === name)
    const earlier = new Set(against.slice(0, i))
    return scores.flatMap((row) => {
      const matching = bases.filter(
        (b) =>
          b.name !== row.name &&
          b.test === row.test &&
          b.component === row.component &&
          (b.trainedOn === row.trainedOn || b.trainedOn === null || row.trainedOn === null),
      )
      return earlier.has(row.name) ? [] : matching.flatMap((base) => difference(row, base) ?? [])
    })
  })
}

function collect(results: readonly Result[]): Scores[] {
  const found = new Map<string, Scores>()
  for (const result of results) {
    for (const { name: test, component, predictions } of result.tests.flatMap(halvesOf)) {
      const { name, trainedOn } = result
      const key = JSON.stringify([name, trainedOn, test, component])
      const scores = found.get(key) ?? { name, trainedOn, test, component, runs: 0, clips: new Map() }
      found.set(key, scores)
      add(scores, predictions)
    }
  }
  return [...found.values()]
}

/** In base-to-novel each half is a test of its own, where only its classes compete. */
function halvesOf(test: TestResult): Pick<TestResult, 'name' | 'component' | 'predictions'>[] {
  const { name, component, predictions } = test
  if (!predictions.some(({ half }) => half)) return [test]
  return (['base', 'novel'] as const).map((of) => ({
    name: `${name}, ${of} classes`,
    component,
    predictions: predictions.flatMap((p) => (p.half?.of === of ? [{ ...p, top: [p.half.best] }] : [])),
  }))
}

function add(scores: Scores, predictions: readonly Prediction[]): void {
  scores.runs++
  for (const { id, video, label, top } of predictions) {
    const clip = scores.clips.get(id) ?? { hits: 0, group: video ?? id }
    clip.hits += top[0] === label ? 1 : 0
    scores.clips.set(id, clip)
  }
}

function difference(row: Scores, base: Scores): RowDifference | undefined {
  const ids = [...row.clips.keys()].filter((id) => base.clips.has(id))
  // Other clips under the same name (another split, another limit) cannot be paired.
  if (ids.length === 0 || ids.length !== row.clips.size || ids.length !== base.clips.size) return undefined
  const mean = (scores: Scores) => ids.map((id) => scores.clips.get(id)!.hits / scores.runs)
  const paired = pairedBootstrap(mean(row), mean(base), { groups: ids.map((id) => row.clips.get(id)!.group) })
  const { test, component } = row
  const trainedOn = row.trainedOn ?? base.trainedOn
  return { ...paired, test, component, trainedOn, rows: [row.name, base.name], clips: ids.length }
}
