import { cellText, publishedColumns, type Table } from '../evaluation/table.js'
import type { ReportData } from './data.js'

type TableInput = NonNullable<ReportData['tables']>[number]

/** A table of results as a report shows it. */
export function reportTable(table: Table): TableInput {
  const inner = table.groups.flatMap((group) => group.groups)
  return {
    caption: table.title,
    heads: [
      table.groups.map(({ title, groups }) => ({ title, span: groups.reduce((sum, g) => sum + g.columns.length, 0) })),
      inner.map(({ title, columns }) => ({ title, span: columns.length })),
    ],
    columns: inner.flatMap(({ columns }) => columns),
    published: publishedColumns(table).flatMap((published, i) => (published ? [i] : [])),
    rows: table.rows.map(({ name, kind, cells }) => ({
      name,
      kind,
      cells: cells.map((cell) => (cell ? { value: 100 * cell.mean, text: cellText(cell) } : null)),
    })),
    notes: [...table.notes, ...(table.missing ?? []).map(({ row, text }) => `Not measured yet, ${row}: ${text}`)],
  }
}
