import type { Spread } from './spread.js'

/** A table with two levels of headings over its columns, such as "Trained on kitchen" and "Nouns". */
export interface Table {
  title: string
  /** The heading of what `mark` says of rows: X-MIC's tables have "ta", temporal attention. */
  mark?: string
  groups: { title: string; groups: ColumnGroup[] }[]
  rows: TableRow[]
  /** What a reader must know, one sentence each. */
  notes: string[]
  /** Rows whose figures are not all there, and what is to be done about it. */
  missing?: Missing[]
}

export interface ColumnGroup {
  title: string
  columns: string[]
  /** Columns of a paper's numbers beside measured ones. */
  kind?: 'published'
}

export interface Missing {
  /** The row's name. */
  row: string
  text: string
}

export interface TableRow {
  name: string
  mark?: string
  /** One a column, as shares in 0..1; undefined where nothing was measured. */
  cells: (Spread | undefined)[]
  kind: 'measured' | 'published'
}

/** Column headings on one line each: "kitchen: nouns: hm". */
export function flatColumns(table: Table): string[] {
  return table.groups.flatMap((group) =>
    group.groups.flatMap((inner) =>
      inner.columns.map((column) => [group.title, inner.title, column].filter((part) => part !== '').join(': ')),
    ),
  )
}

/** A table a first heading, which becomes its title: narrow enough for a page. Notes and missing rows are of the whole. */
export function byFirstHeading({ mark, groups, rows }: Table): Table[] {
  let from = 0
  return groups.map((group) => {
    const first = from
    from += group.groups.reduce((sum, { columns }) => sum + columns.length, 0)
    return {
      title: group.title,
      ...(mark === undefined ? {} : { mark }),
      groups: group.groups.map(({ title, ...inner }) => ({ title, groups: [{ title: '', ...inner }] })),
      rows: rows.map((row) => ({ ...row, cells: row.cells.slice(first, from) })),
      notes: [],
    }
  })
}

/** Of each column whether it holds a paper's numbers. */
export function publishedColumns(table: Table): boolean[] {
  return table.groups.flatMap(({ groups }) =>
    groups.flatMap(({ columns, kind }) => columns.map(() => kind === 'published')),
  )
}

/** The note that explains deviations, where some cell has one. */
export function seedNotes(rows: readonly TableRow[]): string[] {
  const several = rows.some(({ cells }) => cells.some((cell) => (cell?.runs ?? 0) > 1))
  return several ? ['Mean ± standard deviation over seeds.'] : []
}

/** A share in per cent with two decimals, with the deviation over seeds where there are several. */
export function cellText(cell: Spread | undefined): string {
  if (!cell) return '-'
  const percent = (share: number) => (100 * share).toFixed(2)
  return cell.deviation === undefined ? percent(cell.mean) : `${percent(cell.mean)} ± ${percent(cell.deviation)}`
}
