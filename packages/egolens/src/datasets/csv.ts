import { EgoLensError, nearest } from '../errors.js'
import { CsvRecords } from './csv-records.js'
import { tellFaults } from './faults.js'
import { readPieces } from './text.js'
import type { OnFault } from './types.js'

/** One record of a table with the line it starts on (1-based, header included). */
export interface TableRow {
  line: number
  cells: Record<string, string>
}

export interface Table {
  path: string
  columns: string[]
  rows: TableRow[]
}

/** `file:line`, the `where` of every error about a table. */
export const at = (table: { path: string }, line: number): string => `${table.path}:${line}`

export interface TableOptions {
  delimiter?: string
  /** How a header cell becomes a column's name (own files are read without regard to case). */
  normalise?: (name: string) => string
  onFault?: OnFault | undefined
  /** Where there is no such file. */
  cure?: string | undefined
}

/** What is done with each row, by the place of each column; an `EgoLensError` of it is a fault of the row. */
export type RowReader = (cells: readonly string[], line: number) => void

/**
 * Reads a table with a header row by row, so that its size does not matter. Accepts CRLF, quotes and line breaks in
 * quoted cells.
 *
 * @param required columns that must be in the header
 * @param open given the names of the columns, gives the reader of the rows
 * @returns the names of the columns
 * @throws EgoLensError `dataset/csv`, `dataset/missing-column` with file and line, and as `readText`
 * @example
 * await readRows('clips.csv', ['video'], (columns) => (cells) => count(cells[columns.indexOf('video')]))
 */
export async function readRows(
  path: string,
  required: readonly string[],
  open: (columns: readonly string[]) => RowReader,
  options: TableOptions = {},
): Promise<string[]> {
  const table = new TableText(path, required, options, open)
  await readPieces(path, (piece) => table.add(piece), options.cure)
  return table.end()
}

/** The same of a text, with all of its rows at once. */
export function parseTable(text: string, path: string, required: readonly string[], options: TableOptions = {}): Table {
  const rows: TableRow[] = []
  const table = new TableText(path, required, options, asObjects(rows))
  table.add(text)
  return { path, columns: table.end(), rows }
}

/** {@link parseTable} of a file. */
export async function readTable(
  path: string,
  required: readonly string[],
  cure?: string,
  onFault?: OnFault,
): Promise<Table> {
  const rows: TableRow[] = []
  return { path, columns: await readRows(path, required, asObjects(rows), { cure, onFault }), rows }
}

const asObjects =
  (rows: TableRow[]) =>
  (columns: readonly string[]): RowReader =>
  (cells, line) =>
    rows.push({ line, cells: Object.fromEntries(columns.map((name, i) => [name, cells[i]!])) })

/** A table that comes in pieces: the first record is the header, the others go to a reader. */
class TableText {
  readonly #records: CsvRecords
  #columns: string[] | undefined
  #read: RowReader = () => {}

  constructor(
    private readonly path: string,
    required: readonly string[],
    { delimiter = ',', normalise = (name) => name, onFault }: TableOptions,
    open: (columns: readonly string[]) => RowReader,
  ) {
    this.#records = new CsvRecords(path, delimiter, (cells, line) => {
      if (this.#columns) return tellFaults(() => this.#row(cells, line), onFault)
      this.#columns = cells.map((cell) => normalise(cell.trim()))
      checkHeader(this.#columns, required, at({ path }, line))
      this.#read = open(this.#columns)
    })
  }

  add(piece: string): void {
    this.#records.add(piece)
  }

  /** @returns names of the columns */
  end(): string[] {
    this.#records.end()
    if (!this.#columns) throw new EgoLensError('dataset/csv', 'the file is empty', { where: this.path })
    return this.#columns
  }

  #row(cells: string[], line: number): void {
    const { length } = this.#columns!
    if (cells.length === length) this.#read(cells, line)
    else
      throw new EgoLensError('dataset/csv', `${cells.length} cells where the header has ${length}`, {
        where: at({ path: this.path }, line),
        cure: 'a comma inside a cell needs quotes around the cell',
      })
  }
}

function checkHeader(columns: string[], required: readonly string[], where: string): void {
  const missing = required.filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    const semicolons = columns.length === 1 && /[;\t]/.test(columns[0]!)
    const similar = missing.flatMap((name) => nearest(name, columns))
    throw new EgoLensError('dataset/missing-column', `no column ${missing.map((m) => `"${m}"`).join(', ')}`, {
      where,
      cure: semicolons
        ? `the columns are separated by ${columns[0]!.includes(';') ? '";"' : 'tabs'}: save the file with commas`
        : similar.length > 0
          ? `did you mean the column "${similar[0]}"?`
          : `the header is ${columns.join(',')}`,
    })
  }
  const twice = columns.find((name, i) => columns.indexOf(name) !== i)
  if (twice !== undefined) throw new EgoLensError('dataset/csv', `the column "${twice}" is there twice`, { where })
}

/** A cell as a whole number in [0, below). @throws EgoLensError `dataset/label-out-of-range` */
export function labelCell(value: string, below: number, what: string, where: string): number {
  const label = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (label < below) return label
  throw new EgoLensError(
    'dataset/label-out-of-range',
    Number.isNaN(label)
      ? `${what} "${value}" is not a whole number`
      : `${what} ${label} is not a class: there are ${below}, numbered from 0`,
    { where, ...(label === below ? { cure: 'subtract 1 if the labels of this file start at 1' } : {}) },
  )
}
