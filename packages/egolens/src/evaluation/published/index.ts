import type { Component } from '../../datasets/types.js'
import { EgoLensError } from '../../errors.js'
import { table1 } from './table1.js'
import { table2 } from './table2.js'
import { table3 } from './table3.js'
import { table4 } from './table4.js'
import { table5 } from './table5.js'
import { table6 } from './table6.js'
import { table7 } from './table7.js'
import type { PublishedTable } from './types.js'

export {
  type PublishedBlock,
  type PublishedRow,
  type PublishedTable,
  type Quantity,
  runName,
  runNames,
} from './types.js'
export { table1, table2, table3, table4, table5, table6, table7 }

/** Where published numbers stand. */
export const source =
  'Kukleva et al., X-MIC: Cross-Modal Instance Conditioning for Egocentric Action Generalization, CVPR 2024'

/** Tables 1 to 7 of X-MIC's paper. */
export const publishedTables: readonly PublishedTable[] = [table1, table2, table3, table4, table5, table6, table7]

/**
 * Label sets that the numbers were measured on: a result with other classes is not to be held against them. EGTEA's
 * have a class without a name, see the reader's `emptyClass`.
 */
export const publishedClasses: Record<string, Record<Component, number>> = {
  'ego4d-fho-lta': { verb: 117, noun: 521 },
  'epic-kitchens-100': { verb: 97, noun: 300 },
  egtea: { verb: 20, noun: 54 },
}

/** @throws EgoLensError `evaluation/no-table` */
export function publishedTable(number: number): PublishedTable {
  const found = publishedTables.find((table) => table.number === number)
  if (found) return found
  throw new EgoLensError('evaluation/no-table', `X-MIC's paper has no table ${number} of results`, {
    cure: `its tables are ${publishedTables.map((table) => table.number).join(', ')}`,
  })
}

/** The published numbers of a row for one training set and component; `run` as in the rows: "coop", "x-mic". */
export function published(
  table: PublishedTable,
  run: string,
  trainedOn: string,
  component: Component,
): readonly number[] | undefined {
  const found = table.rows.find((entry) => entry.run === run)
  let from = 0
  for (const block of table.blocks) {
    if (block.within === trainedOn && block.component === component) {
      return found?.numbers.slice(from, from + block.columns.length)
    }
    from += block.columns.length
  }
  return undefined
}
