import { cellText, publishedColumns, type Table } from '../evaluation/table.js'
import type { ReportData } from './data.js'

type TableInput = NonNullable<ReportData['tables']>[number]

/** A table of results as a report shows it. */
export function reportTable(table: Table): TableInput {
  const inner = table.groups.flatMap((group) => group.groups)
  const marks = table.mark === undefined ? [] : [table.mark]
  const blank = marks.map(() => ({ title: '', span: 1 }))
  const outer = table.groups.map(({ title, groups }) => ({
    title,
    span: groups.reduce((sum, { columns }) => sum + columns.length, 0),
  }))
  return {
    caption: table.title,
    heads: [
      [...blank, ...outer],
      [...blank, ...inner.map(({ title, columns }) => ({ title, span: columns.length }))],
    ],
    columns: [...marks, ...inner.flatMap(({ columns }) => columns)],
    published: publishedColumns(table).flatMap((published, i) => (published ? [marks.length + i] : [])),
    rows: table.rows.map(({ name, mark, kind, cells }) => ({
      name,
      kind,
      cells: [
        ...marks.map(() => mark ?? ''),
        ...cells.map((cell) => (cell ? { value: 100 * cell.mean, text: cellText(cell) } : null)),
      ],
    })),
    notes: [...table.notes, ...(table.missing ?? []).map(({ row, text }) => `Not measured yet, ${row}: ${text}`)],
  }
}
