import { harmonicMean } from './harmonic-mean.js'
import { metric } from './metric-names.js'
import { overSeeds } from './over-seeds.js'
import { isHalved } from './pairs.js'
import {
  type PublishedBlock,
  type PublishedRow,
  type PublishedTable,
  publishedClasses,
  type Quantity,
  runName,
  runNames,
  source,
} from './published/index.js'
import type { Result, TestResult } from './result.js'
import { spread } from './spread.js'
import { type ColumnGroup, type Missing, seedNotes, type Table, type TableRow } from './table.js'

/**
 * Results in the very form of a table of X-MIC's paper, its own numbers in columns headed "published" beside the
 * measured ones. A run finds its cells by its recipe's name: "coop-ego4d-noun" stands in Table 1 where CoOp's nouns of
 * training on Ego4D stand. Several seeds make a mean and a deviation; a row without runs stands, its measured cells empty.
 *
 * @param missing said under the table of the rows that lack runs
 * @throws EgoLensError `evaluation/same-seed` when two results of a cell are the same run
 * @example tableText(paperTable(publishedTable(4), results))
 */
export function paperTable(paper: PublishedTable, results: readonly Result[], missing: Missing[] = []): Table {
  const other = paper.blocks.filter((block) => ofOtherLabels(paper, block, results))
  const groups = new Map<string, ColumnGroup[]>()
  for (const { group, title, columns } of paper.blocks) {
    const inner = groups.get(group) ?? []
    const titles = columns.map((column) => column.title)
    inner.push({ title, columns: titles }, { title: `${title}, published`, columns: titles, kind: 'published' })
    groups.set(group, inner)
  }
  const rows = paper.rows.map(
    (row): TableRow => ({
      name: row.name,
      ...(row.mark === undefined ? {} : { mark: row.mark }),
      kind: 'measured',
      cells: cellsOf(paper, row, results, (block) => !other.includes(block)),
    }),
  )
  return {
    title: `Table ${paper.number} of X-MIC. ${paper.title}`,
    ...(paper.mark === undefined ? {} : { mark: paper.mark }),
    groups: [...groups].map(([title, inner]) => ({ title, groups: inner })),
    rows,
    notes: notesOf(paper, rows, results, other),
    ...(missing.length > 0 ? { missing } : {}),
  }
}

function cellsOf(
  paper: PublishedTable,
  row: PublishedRow,
  results: readonly Result[],
  comparable: (block: PublishedBlock) => boolean,
): TableRow['cells'] {
  let from = 0
  return paper.blocks.flatMap((block) => {
    const { length } = block.columns
    const own = results.filter((result) => fills(result, row, block))
    const measured = overSeeds(
      own,
      length,
      (result) => valuesOf(result, block),
      () => runName(row, block),
    )
    const printed = row.numbers.slice(from, from + length).map((number) => spread([number / 100]))
    from += length
    return [...measured, ...(comparable(block) ? printed : block.columns.map(() => undefined))]
  })
}

/** Whether a result stands in a row's cells of a block: by its name, and by the datasets that it was tested on. */
export function fills(result: Result, row: PublishedRow, block: PublishedBlock): boolean {
  const [own, other] = runNames(row, block)
  if (isHalved(result)) return false
  return nameOf(result) === own || (nameOf(result) === other && testsOf(result, block).cross !== undefined)
}

function valuesOf(result: Result, block: PublishedBlock): (number | undefined)[] | undefined {
  const { within, cross } = testsOf(result, block)
  const [shared, novel] = [cross?.values[metric.shared], cross?.values[metric.novel]]
  const of: Record<Quantity, () => number | undefined> = {
    within: () => within?.values[metric.top1],
    cross: () => cross?.values[metric.top1],
    hm: () => both(within?.values[metric.top1], cross?.values[metric.top1]),
    shared: () => shared,
    novel: () => novel,
    'shared-novel': () => both(shared, novel),
  }
  const values = block.columns.map(({ quantity }) => of[quantity]())
  return values.some((value) => value !== undefined) ? values : undefined
}

const both = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : harmonicMean(a, b)

function testsOf(result: Result, block: PublishedBlock): { within?: TestResult; cross?: TestResult } {
  const of = (dataset: string) =>
    result.tests.find((test) => test.dataset === dataset && test.component === block.component)
  return { within: of(block.within), cross: of(block.cross) }
}

/** A toy's figures do not stand beside the paper's. */
function ofOtherLabels({ rows }: PublishedTable, block: PublishedBlock, results: readonly Result[]): boolean {
  return results.some((result) => {
    const tests = Object.values(testsOf(result, block)) as (TestResult | undefined)[]
    return (
      rows.some((row) => fills(result, row, block)) &&
      tests.some((test) => test && publishedClasses[test.dataset]?.[block.component] !== test.classes)
    )
  })
}

function notesOf(
  paper: PublishedTable,
  rows: readonly TableRow[],
  results: readonly Result[],
  other: readonly PublishedBlock[],
): string[] {
  const notes = [...seedNotes(rows), `Published: ${source}, table ${paper.number}.`]
  if (other.length > 0) {
    const where = other.map(({ group, title }) => `${group}, ${title}`).join('; ')
    notes.push(`Measured on other label sets than the paper's, so its numbers do not stand there: ${where}.`)
  }
  const placed = (result: Result) => paper.blocks.some((block) => paper.rows.some((row) => fills(result, row, block)))
  const strangers = new Set(results.filter((result) => !placed(result)).map(nameOf))
  if (strangers.size > 0) notes.push(`Not in this table: ${[...strangers].join(', ')}.`)
  return notes
}

/** What the run's recipe is called. */
const nameOf = ({ recipe }: Result): string => String(recipe.name)
