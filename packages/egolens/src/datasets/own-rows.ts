import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readRows } from './csv.js'
import { tellFaults } from './faults.js'
import { ownText } from './table-clip.js'
import { readPieces, TextLines } from './text.js'
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

export type OwnColumn = (typeof ownColumns)[number]

/** One clip as written: text cells without outer blanks, absent or empty when not given. */
export type OwnCells = Partial<Record<OwnColumn, string>>

/** Told of each row and the line that it starts on; an `EgoLensError` of it is a fault of the row. */
export type EachRow = (cells: OwnCells, line: number) => void

const jsonRow = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

/** More different names are no classes: the column holds descriptions, or another one was meant. */
const MOST_NAMES = 1 << 20

/**
 * Reads the rows of a CSV, TSV or JSONL file one by one. Column names are read without regard to case and outer
 * blanks; other columns are left alone.
 *
 * @returns the columns that a table's header names, or any line of JSONL
 * @throws EgoLensError with file and line
 */
export async function eachOwnRow(path: string, each: EachRow, onFault?: OnFault): Promise<Set<OwnColumn>> {
  if (/\.(jsonl|ndjson)$/i.test(path)) {
    const columns = new Set<OwnColumn>()
    const lines = new TextLines(path, (text, line) => {
      if (text.trim() === '') return
      tellFaults(() => each(jsonCells(text, `${path}:${line}`, columns), line), onFault)
    })
    await readPieces(path, (piece) => lines.add(piece))
    lines.end()
    return columns
  }
  const named = (columns: readonly string[]) => ownColumns.filter((name) => columns.includes(name))
  const open = (columns: readonly string[]) => {
    const places = named(columns).map((name) => [name, columns.indexOf(name)] as const)
    return (record: readonly string[], line: number) => {
      const cells: OwnCells = {}
      for (const [name, place] of places) cells[name] = record[place]!.trim()
      each(cells, line)
    }
  }
  const columns = await readRows(path, ['video', 'start', 'end'], open, {
    delimiter: /\.tsv$/i.test(path) ? '\t' : ',',
    normalise: (name) => name.toLowerCase(),
    onFault,
  })
  return new Set(named(columns))
}

/** What a file of clips is about, found before its clips are made. */
export interface OwnSurvey {
  rows: number
  columns: Set<OwnColumn>
  /** The different cells of these columns, in the order of the file. */
  names: Record<'verb' | 'noun' | 'label', Set<string>>
  /** Strings that each clip has for itself, and their characters together. */
  strings: number
  characters: number
}

/**
 * Reads a file for its columns, names and size.
 *
 * @throws EgoLensError with file and line; `dataset/no-clips`, `dataset/missing-column`, `dataset/ambiguous-label`
 */
export async function surveyOwnRows(path: string, onFault?: OnFault): Promise<OwnSurvey> {
  const survey: OwnSurvey = {
    rows: 0,
    columns: new Set(),
    names: { verb: new Set(), noun: new Set(), label: new Set() },
    strings: 0,
    characters: 0,
  }
  const each = (cells: OwnCells) => {
    survey.rows++
    for (const name of ['verb', 'noun', 'label'] as const) note(survey.names[name], cells[name])
    survey.strings += cells.narration ? 2 : 1
    survey.characters += lengthOf(cells.narration)
    // An id that is not given is the video with its times.
    if (cells.id) survey.characters += cells.id.length
    else survey.characters += lengthOf(cells.video) + lengthOf(cells.start) + lengthOf(cells.end) + 2
  }
  survey.columns = await eachOwnRow(path, each, onFault)
  checkColumns(survey, path)
  return survey
}

const lengthOf = (cell: string | undefined) => cell?.length ?? 0

function note(names: Set<string>, name: string | undefined): void {
  if (name && names.size <= MOST_NAMES && !names.has(name)) names.add(ownText(name))
}

function checkColumns({ rows, columns, names }: OwnSurvey, path: string): void {
  if (rows === 0) throw new EgoLensError('dataset/no-clips', 'no clips in the file', { where: path })
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
  for (const [column, { size }] of Object.entries(names)) {
    if (size <= MOST_NAMES) continue
    const message = `the column "${column}" holds more than ${MOST_NAMES} different names`
    throw new EgoLensError('dataset/too-many-classes', message, {
      where: path,
      cure: 'it is for classes: text that differs from clip to clip belongs into a column "narration"',
    })
  }
}

function jsonCells(line: string, where: string, columns: Set<OwnColumn>): OwnCells {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new EgoLensError('dataset/json', `not JSON: ${(error as Error).message}`, {
      where,
      cure: 'a JSONL file has one object a line',
    })
  }
  if (!isRow(value)) {
    const key = jsonRow.safeParse(value).error?.issues[0]?.path.join('.')
    throw new EgoLensError('dataset/json', key ? `"${key}" is not a text or a number` : 'not an object', {
      where,
      cure: 'a line looks like {"video": "a.mp4", "start": 1.5, "end": 3, "verb": "cut", "noun": "onion"}',
    })
  }
  const cells: OwnCells = {}
  for (const [key, content] of Object.entries(value)) {
    const name = key.toLowerCase() as OwnColumn
    if (!ownColumns.includes(name)) continue
    cells[name] = content === null ? '' : String(content).trim()
    columns.add(name)
  }
  return cells
}

/** The same as the schema says, which takes ten times as long a row. */
function isRow(value: unknown): value is z.output<typeof jsonRow> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  return Object.values(value).every((one) => one === null || typeof one === 'string' || Number.isFinite(one))
}
