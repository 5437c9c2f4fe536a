import { harmonicMean } from './harmonic-mean.js'
import { overSeeds } from './over-seeds.js'
import { isHalved, pairsOf } from './pairs.js'
import type { Result, TestResult } from './result.js'
import { seedNotes, type Table, type TableRow } from './table.js'
import { type Block, blocksOf } from './tables.js'

/**
 * Actions, verb and noun both right, within and across datasets. A method that learns verbs and nouns together has both
 * in one result; of others the verbs of a run stand with the nouns of the run that has the same row and seed.
 *
 * @returns a table without columns where nothing has verbs and nouns of the same clips
 */
export function actionTable(all: readonly Result[]): Table {
  // Runs that saw half of the classes have a table of their own.
  const results = all.filter((result) => !isHalved(result))
  const blocks = blocksOf(results)
  const names = [...new Set(results.map(({ name }) => name))]
  const rows = names.map((name): TableRow => {
    const pairs = pairsOf(results.filter((result) => result.name === name))
    const cells = blocks.flatMap((block) =>
      overSeeds(
        pairs,
        3,
        (pair) => valuesOf(pair, block),
        () => `actions, trained on ${block.within}`,
      ),
    )
    return { name, cells, kind: 'measured' }
  })
  const used = blocks.map((_, b) => rows.some(({ cells }) => cells.slice(3 * b, 3 * b + 3).some(Boolean)))
  const kept = (column: number) => used[Math.floor(column / 3)]
  return {
    title: 'Top-1 accuracy of actions, verb and noun right, in per cent; hm is the harmonic mean of within and across',
    groups: blocks
      .filter((_, b) => used[b])
      .map(({ within, cross }) => ({
        title: `Trained on ${within}`,
        groups: [{ title: 'Actions', columns: [within, cross, 'hm'] }],
      })),
    rows: rows
      .map((row) => ({ ...row, cells: row.cells.filter((_, i) => kept(i)) }))
      .filter(({ cells }) => cells.some(Boolean)),
    notes: seedNotes(rows),
  }
}

function valuesOf({ trainedOn, tests }: Result, { within, cross }: Block): number[] | undefined {
  if (trainedOn !== null && trainedOn !== within) return undefined
  const [a, b] = [within, cross].map((name) => accuracy(tests.filter((test) => test.name === name)))
  return a === undefined || b === undefined ? undefined : [a, b, harmonicMean(a, b)]
}

/** The share of clips with verb and noun right, of those that have both labels. */
function accuracy(tests: readonly TestResult[]): number | undefined {
  const [verbs, nouns] = (['verb', 'noun'] as const).map((component) => {
    const found = tests.find((test) => test.component === component)
    return new Map(found?.predictions.map(({ id, label, top }) => [id, top[0] === label]))
  })
  const both = [...verbs!].filter(([id]) => nouns!.has(id))
  return both.length === 0 ? undefined : both.filter(([id, right]) => right && nouns!.get(id)).length / both.length
}
