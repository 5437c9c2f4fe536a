import { readFile } from 'node:fs/promises'
import { type CsvError, parse } from 'csv-parse/sync'
import { EgoLensError, nearest } from '../errors.js'
import { readEach } from './faults.js'
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

/** Reads a UTF-8 file without its byte order mark. @throws EgoLensError `dataset/no-file`, `dataset/not-utf8` */
export async function readText(path: string, cure?: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new EgoLensError('dataset/no-file', error.code === 'ENOENT' ? 'no such file' : error.message, {
      where: path,
      cure,
    })
  })
  return decode(bytes, path)
}

/** Longer lines are no annotations: a quote that was never closed, or another file under this name. */
export const longestLine = 1 << 20

function decode(bytes: Uint8Array, path: string): string {
  const cure = 'save it as "CSV UTF-8"'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STRING_TOO_LONG') {
      throw new EgoLensError('dataset/too-large', `the file has ${bytes.length} bytes, more than a text may have`, {
        where: path,
        cure: 'split it into several files',
      })
    }
    throw new EgoLensError('dataset/not-utf8', 'the file is not UTF-8 text', { where: path, cure })
  }
  const nul = text.indexOf('\0')
  if (nul < 0) return text
  const line = text.slice(0, nul).split('\n').length
  throw new EgoLensError('dataset/not-utf8', 'there is a NUL character: the file is UTF-16, or damaged', {
    where: at({ path }, line),
    cure,
  })
}

/**
 * Parses comma-separated text with a header. Accepts CRLF, quotes and line breaks in quoted cells.
 *
 * @param required columns that must be in the header
 * @param normalise how a header cell becomes a column's name (own files are read without regard to case)
 * @throws EgoLensError `dataset/csv` with file and line
 */
export function parseTable(
  text: string,
  path: string,
  required: readonly string[],
  options: { delimiter?: string; normalise?: (name: string) => string; onFault?: OnFault } = {},
): Table {
  const records = parseRecords(text, path, options.delimiter ?? ',')
  const header = records.shift()
  if (!header) throw new EgoLensError('dataset/csv', 'the file is empty', { where: path })
  const columns = header.cells.map((cell) => (options.normalise ?? ((name) => name))(cell.trim()))
  checkHeader(columns, required, at({ path }, header.line))
  const read = ({ line, cells }: { line: number; cells: string[] }) => {
    if (cells.length !== columns.length) {
      throw new EgoLensError('dataset/csv', `${cells.length} cells where the header has ${columns.length}`, {
        where: at({ path }, line),
        cure: 'a comma inside a cell needs quotes around the cell',
      })
    }
    return { line, cells: Object.fromEntries(columns.map((name, i) => [name, cells[i]!])) }
  }
  return { path, columns, rows: readEach(records, read, options.onFault) }
}

/** {@link parseTable} of a file. */
export async function readTable(
  path: string,
  required: readonly string[],
  cure?: string,
  onFault?: OnFault,
): Promise<Table> {
  return parseTable(await readText(path, cure), path, required, onFault ? { onFault } : {})
}

function parseRecords(text: string, path: string, delimiter: string): { line: number; cells: string[] }[] {
  try {
    const lax = { relax_column_count: true, skip_empty_lines: true }
    // Files put together from several systems' parts have several kinds of line break.
    const parsed = parse(text, { delimiter, info: true, record_delimiter: ['\r\n', '\n', '\r'], ...lax }) as unknown
    const line = lineCounter(text)
    return (parsed as { record: string[]; info: { bytes: number } }[]).map(({ record, info }) => ({
      line: line(info.bytes),
      cells: record,
    }))
  } catch (error) {
    const line = (error as CsvError & { lines?: number }).lines
    throw new EgoLensError('dataset/csv', (error as Error).message, { where: line ? at({ path }, line) : path })
  }
}

/** The line that a record starts on, by where it ends, one record after the other: the parser counts line breaks in cells in its own way. */
function lineCounter(text: string): (end: number) => number {
  const bytes = Buffer.from(text)
  const [feed, back] = [0x0a, 0x0d]
  let [at, line] = [0, 1]
  const advance = () => {
    if (bytes[at] === feed || (bytes[at] === back && bytes[at + 1] !== feed)) line++
    at++
  }
  return (end) => {
    while (bytes[at] === feed || bytes[at] === back) advance()
    const start = line
    while (at < end) advance()
    return start
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
