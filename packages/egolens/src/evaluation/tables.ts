import type { Component } from '../datasets/types.js'
import { harmonicMean } from './harmonic-mean.js'
import { metric } from './metric-names.js'
import { overSeeds } from './over-seeds.js'
import { type PublishedTable, published, publishedClasses, source, table1, table2 } from './published/index.js'
import type { Result, TestResult } from './result.js'
import { spread } from './spread.js'
import { seedNotes, type Table, type TableRow } from './table.js'

/** A training set with a test set of another dataset, by the recipe's names. */
export interface Block {
  within: string
  cross: string
}

/** How one form of table gets its three numbers from a result. */
interface Form {
  title: string
  group: (block: Block) => string
  columns: (block: Block) => string[]
  values: (within: TestResult, cross: TestResult) => number[] | undefined
  published: PublishedTable
}

const crossForm: Form = {
  title: 'Top-1 accuracy over clips, in per cent, within and across datasets; hm is their harmonic mean',
  group: ({ within }) => `Trained on ${within}`,
  columns: ({ within, cross }) => [within, cross, 'hm'],
  values: (within, cross) => {
    const [a, b] = [within.values[metric.top1]!, cross.values[metric.top1]!]
    return [a, b, harmonicMean(a, b)]
  },
  published: table1,
}

const subsetForm: Form = {
  title: 'Top-1 accuracy over clips of shared and novel classes, in per cent; hm is their harmonic mean',
  group: ({ within, cross }) => `Trained on ${within}, tested on ${cross}`,
  columns: () => ['shared', 'novel', 'hm'],
  values: (within, cross) => {
    // What is shared is so with the training set: an untrained method's numbers stand under its recipe's alone.
    if (within.role !== 'within') return undefined
    const [a, b] = [cross.values[metric.shared], cross.values[metric.novel]]
    return a === undefined || b === undefined ? undefined : [a, b, harmonicMean(a, b)]
  },
  published: table2,
}

export interface TableOptions {
  /** Adds the paper's rows under the measured ones, where the label sets are the paper's. */
  published?: boolean
}

/**
 * Results in the form of X-MIC's table 1: for each training set nouns and verbs, each within, cross and harmonic
 * mean. Results with equal `name` make a row; several seeds make a mean and a deviation.
 *
 * @throws EgoLensError `evaluation/same-seed` when two results of a row are the same run
 */
export function crossTable(results: readonly Result[], options: TableOptions = {}): Table {
  return buildTable(results, crossForm, options)
}

/** Results in the form of X-MIC's table 2: shared and novel classes of the dataset that was not trained on. */
export function sharedNovelTable(results: readonly Result[], options: TableOptions = {}): Table {
  return buildTable(results, subsetForm, options)
}

function buildTable(results: readonly Result[], form: Form, options: TableOptions): Table {
  const blocks = blocksOf(results)
  const columns = blocks.flatMap((block) =>
    (['noun', 'verb'] as const)
      .filter((component) => results.some((result) => valuesOf(result, block, component, form)))
      .map((component) => ({ block, component })),
  )
  const groups = blocks.flatMap((block) => {
    const inner = columns.filter((column) => column.block === block)
    const titled = inner.map(({ component }) => ({
      title: component === 'noun' ? 'Nouns' : 'Verbs',
      columns: form.columns(block),
    }))
    return titled.length > 0 ? [{ title: form.group(block), groups: titled }] : []
  })
  const names = [...new Set(results.map((result) => result.name))]
  const rows = names.flatMap((name): TableRow[] => {
    const own = results.filter((result) => result.name === name)
    const cells = columns.flatMap(({ block, component }) => cellsOf(own, block, component, form))
    const measured: TableRow = { name, cells, kind: 'measured' }
    const paper = options.published ? publishedRow(own[0]!, columns, results, form) : undefined
    return paper ? [measured, paper] : [measured]
  })
  return { title: form.title, groups, rows, notes: notesOf(rows, form, options) }
}

/** Pairs of training set and other test set; runs without training fill every pair of their test sets. */
export function blocksOf(results: readonly Result[]): Block[] {
  const trained = results.filter((result) => result.trainedOn !== null)
  const blocks = new Map<string, Block>()
  for (const result of trained.length > 0 ? trained : results) {
    const withins = result.trainedOn === null ? result.tests.map((test) => test.name) : [result.trainedOn]
    for (const within of withins) {
      for (const { name: cross } of result.tests) {
        if (cross !== within) blocks.set(`${within}\n${cross}`, { within, cross })
      }
    }
  }
  return [...blocks.values()]
}

function testsOf(result: Result, block: Block, component: Component): { within?: TestResult; cross?: TestResult } {
  if (result.trainedOn !== null && result.trainedOn !== block.within) return {}
  const named = (name: string) => result.tests.find((test) => test.name === name && test.component === component)
  return { within: named(block.within), cross: named(block.cross) }
}

function valuesOf(result: Result, block: Block, component: Component, form: Form): number[] | undefined {
  const { within, cross } = testsOf(result, block, component)
  return within && cross ? form.values(within, cross) : undefined
}

function cellsOf(results: readonly Result[], block: Block, component: Component, form: Form): TableRow['cells'] {
  const values = (result: Result) => valuesOf(result, block, component, form)
  return overSeeds(results, 3, values, (result) => `${component}s, trained on ${result.trainedOn ?? 'nothing'}`)
}

/** The paper's row beside a measured one; only cells whose two label sets have the paper's sizes. */
function publishedRow(
  measured: Result,
  columns: { block: Block; component: Component }[],
  results: readonly Result[],
  form: Form,
): TableRow | undefined {
  const { rows } = form.published
  const paper = rows.find(({ name }) => name === measured.name) ?? rows.find(({ run }) => run === measured.method)
  if (!paper) return undefined
  const cells = columns.flatMap(({ block, component }) => {
    const pair = results.map((result) => testsOf(result, block, component)).find(({ within, cross }) => within && cross)
    const comparable = [pair?.within, pair?.cross].every(
      (test) => test && publishedClasses[test.dataset]?.[component] === test.classes,
    )
    const numbers = comparable ? published(form.published, paper.run, pair!.within!.dataset, component) : undefined
    return [0, 1, 2].map((i) => (numbers ? spread([numbers[i]! / 100]) : undefined))
  })
  return cells.some(Boolean) ? { name: `${paper.name}, published`, cells, kind: 'published' } : undefined
}

function notesOf(rows: readonly TableRow[], form: Form, options: TableOptions): string[] {
  const notes = seedNotes(rows)
  if (rows.some((row) => row.kind === 'published')) notes.push(`Published: ${source}, table ${form.published.number}.`)
  else if (options.published) notes.push('No published numbers: they are for other label sets or methods.')
  return notes
}
