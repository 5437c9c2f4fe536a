import { type Cell, toCsv } from './csv.js'
import { cellText, flatColumns, publishedColumns, type Table } from './table.js'

const NOT_MEASURED = 'Not measured yet:'

/** The table in GitHub's Markdown; headings are flattened, since Markdown has one heading line. */
export function tableMarkdown(table: Table): string {
  const plain = (text: string) => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ')
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`
  const columns = flatColumns(table).map(plain)
  return [
    `${plain(table.title)}\n\n`,
    line(['Method', ...marked(table, table.mark), ...columns]),
    line(['---', ...marked(table, '---'), ...columns.map(() => '---:')]),
    ...table.rows.map((row) => line([plain(row.name), ...marked(table, row.mark), ...row.cells.map(cellText)])),
    ...(table.notes.length > 0 ? ['\n', ...table.notes.map((note) => `${plain(note)}\n`)] : []),
    ...(table.missing ? [`\n${NOT_MEASURED}\n\n`] : []),
    ...(table.missing ?? []).map(({ row, text }) => `- ${plain(row)}: ${plain(text)}\n`),
  ].join('')
}

/**
 * The table as CSV in per cent: deviations and numbers of runs in columns of their own, published numbers without, and
 * what rows lack in the last.
 */
export function tableCsv(table: Table): string {
  const published = publishedColumns(table)
  const columns = flatColumns(table).flatMap((name, i) =>
    published[i] ? [name] : [name, `${name}: deviation`, `${name}: runs`],
  )
  const percent = (share?: number) => (share === undefined ? undefined : Math.round(share * 1e6) / 1e4)
  const rows = table.rows.map((row): Cell[] => [
    row.name,
    ...marked(table, row.mark),
    row.kind,
    ...row.cells.flatMap((cell, i) => {
      const mean = percent(cell?.mean)
      return published[i] ? [mean] : [mean, percent(cell?.deviation), cell?.runs]
    }),
    ...(table.missing ? [lackedBy(table, row.name)] : []),
  ])
  const head = ['method', ...marked(table, table.mark), 'kind', ...columns]
  return toCsv([...head, ...(table.missing ? ['not measured yet'] : [])], rows)
}

/** One more column where the table marks its rows. */
const marked = ({ mark }: Table, text = ''): string[] => (mark === undefined ? [] : [text])

const lackedBy = ({ missing = [] }: Table, name: string): string =>
  missing.flatMap(({ row, text }) => (row === name ? [text] : [])).join('; ')

/** The table for a terminal: three heading lines, columns lined up. */
export function tableText(table: Table): string {
  const named = Math.max(0, ...table.rows.map((row) => row.name.length))
  const label = (name: string, mark?: string) => [name.padEnd(named), ...marked(table, mark)].join('  ')
  const labels = [label('', table.mark), ...table.rows.map((row) => label(row.name, row.mark))]
  const first = Math.max(...labels.map((text) => text.length))
  const columns = table.groups.flatMap((group) => group.groups.flatMap((inner) => inner.columns))
  const widths = columns.map((column, i) =>
    Math.max(column.length, 6, ...table.rows.map((row) => cellText(row.cells[i]).length)),
  )
  // A heading that is longer than its columns widens the last of them.
  const spans = headingSpans(table)
  for (const { title, from, to } of [...spans.inner, ...spans.outer]) {
    const width = spanWidth(widths, from, to)
    if (title.length > width) widths[to - 1]! += title.length - width
  }
  const heading = (list: Span[]) =>
    `${' '.repeat(first)}${list.map(({ title, from, to }) => `  ${title.padEnd(spanWidth(widths, from, to))}`).join('')}`
  const line = (name: string, cells: string[]) =>
    `${name.padEnd(first)}${cells.map((cell, i) => `  ${cell.padStart(widths[i]!)}`).join('')}`
  const lines = [
    table.title,
    ...[spans.outer, spans.inner].map(heading).filter((text) => text.trim() !== ''),
    line(labels[0]!, columns),
    ...table.rows.map((row, i) => line(labels[i + 1]!, row.cells.map(cellText))),
    ...table.notes,
    ...(table.missing ? [NOT_MEASURED] : []),
    ...(table.missing ?? []).map(({ row, text }) => `  ${row}: ${text}`),
  ]
  return `${lines.map((text) => text.trimEnd()).join('\n')}\n`
}

interface Span {
  title: string
  from: number
  to: number
}

function headingSpans(table: Table): { outer: Span[]; inner: Span[] } {
  const outer: Span[] = []
  const inner: Span[] = []
  let column = 0
  for (const group of table.groups) {
    const from = column
    for (const { title, columns } of group.groups) {
      inner.push({ title, from: column, to: column + columns.length })
      column += columns.length
    }
    outer.push({ title: group.title, from, to: column })
  }
  return { outer, inner }
}

const spanWidth = (widths: number[], from: number, to: number): number =>
  widths.slice(from, to).reduce((sum, width) => sum + width, 0) + 2 * (to - from - 1)
