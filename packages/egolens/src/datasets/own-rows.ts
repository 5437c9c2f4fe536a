import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { longestLine, parseTable, readText } from './csv.js'
import { readEach } from './faults.js'
import type { OnFault } from './types.js'

/** The columns of a file of your own clips. */
export const ownColumns = [
  'video',
  'start',
  'end',
  'verb',
  'noun',
  'label',
  'split',
  'id',
  'participant',
  'narration',
  'frame_rate',
] as const

type OwnColumn = (typeof ownColumns)[number]

/** One clip as written: text cells, absent or empty when not given. */
export interface OwnRow {
  where: string
  cells: Partial<Record<OwnColumn, string>>
}

const jsonRow = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

/**
 * Reads the rows of a CSV, TSV or JSONL file. Column names are read without regard to case and outer blanks;
 * other columns are left alone.
 *
 * @throws EgoLensError with file and line
 */
export async function readOwnRows(
  path: string,
  onFault?: OnFault,
): Promise<{ rows: OwnRow[]; columns: Set<OwnColumn> }> {
  const text = await readText(path)
  const rows = /\.(jsonl|ndjson)$/i.test(path) ? jsonLines(text, path, onFault) : tableRows(text, path, onFault)
  if (rows.length === 0) throw new EgoLensError('dataset/no-clips', 'no clips in the file', { where: path })
  const columns = new Set(rows.flatMap((row) => Object.keys(row.cells) as OwnColumn[]))
  if (!columns.has('verb') && !columns.has('noun') && !columns.has('label')) {
    throw new EgoLensError('dataset/missing-column', 'no column says what happens in the clips', {
      where: path,
      cure: 'add a column "verb", "noun" or both, or "label"',
    })
  }
  if (columns.has('label') && (columns.has('verb') || columns.has('noun'))) {
    throw new EgoLensError('dataset/ambiguous-label', 'there is a column "label" beside "verb" or "noun"', {
      where: path,
      cure: 'keep either "label", or "verb" and "noun"',
    })
  }
  return { rows, columns }
}

function tableRows(text: string, path: string, onFault?: OnFault): OwnRow[] {
  const table = parseTable(text, path, ['video', 'start', 'end'], {
    delimiter: /\.tsv$/i.test(path) ? '\t' : ',',
    normalise: (name) => name.toLowerCase(),
    ...(onFault ? { onFault } : {}),
  })
  return table.rows.map(({ line, cells }) => ({ where: `${path}:${line}`, cells: known(cells) }))
}

function jsonLines(text: string, path: string, onFault?: OnFault): OwnRow[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, where: `${path}:${i + 1}` }))
  const read = ({ line, where }: { line: string; where: string }): OwnRow => {
    if (line.length > longestLine)
      throw new EgoLensError('dataset/json', `a line of ${line.length} characters`, { where })
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (error) {
      throw new EgoLensError('dataset/json', `not JSON: ${(error as Error).message}`, {
        where,
        cure: 'a JSONL file has one object a line',
      })
    }
    const parsed = jsonRow.safeParse(value)
    if (!parsed.success) {
      const key = parsed.error.issues[0]!.path.join('.')
      throw new EgoLensError('dataset/json', key ? `"${key}" is not a text or a number` : 'not an object', {
        where,
        cure: 'a line looks like {"video": "a.mp4", "start": 1.5, "end": 3, "verb": "cut", "noun": "onion"}',
      })
    }
    const cells = Object.entries(parsed.data).map(([k, v]) => [k.toLowerCase(), v === null ? '' : String(v)])
    return { where, cells: known(Object.fromEntries(cells) as Record<string, string>) }
  }
  return readEach(
    lines.filter(({ line }) => line.trim() !== ''),
    read,
    onFault,
  )
}

function known(cells: Record<string, string>): OwnRow['cells'] {
  return Object.fromEntries(ownColumns.flatMap((name) => (name in cells ? [[name, cells[name]!.trim()]] : [])))
}
