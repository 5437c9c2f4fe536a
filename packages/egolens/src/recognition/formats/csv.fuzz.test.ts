import { expect } from 'vitest'
import { type Attempt, type Chance, fuzz, mutated } from '../../../../torch/src/fuzz.testing.js'
import { parseTable, type Table } from '../../datasets/csv.js'
import { EgoLensError } from '../../errors.js'
import { type Cell, toCsv } from '../../evaluation/csv.js'

const nasty = [
  ...[
    '=1+1',
    '+1',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\ufeff=1',
    '＝1',
    "'=1",
    '"=1',
    ';=1',
    ',=1',
    '"";=1',
  ],
  ...[
    '',
    ' ',
    '"',
    '""',
    ',',
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\ufeff',
    '\ud83d',
    '\u2028',
    '__proto__',
    'constructor',
    'é',
    '|',
  ],
  ...[
    '1',
    '1e999',
    '-1',
    'NaN',
    'cut onion',
    '#',
    "'",
    '\\',
    '\x1b',
    '%0A',
    '\u202e',
    '\u00a0-1',
    'x;\u3000=1',
    'a\t+b',
  ],
]
/** As a file holds it: half of a surrogate pair becomes the replacement character. */
const text = (chance: Chance): string => Buffer.from(chance.many(4, () => chance.pick(nasty)).join('')).toString()

/** Written by the rules of RFC 4180 alone; `ends` is what ends a record. */
function plainCsv(rows: readonly (readonly string[])[], ends: string, chance: Chance): string {
  const cell = (value: string) =>
    /[",\r\n\ufeff]|^\s|\s$/.test(value) || chance.once(3) ? `"${value.replaceAll('"', '""')}"` : value
  return rows.map((row) => row.map(cell).join(',') + ends).join('')
}

function orRefuse(run: () => Table): Table | undefined {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof EgoLensError) || !error.code.startsWith('dataset/')) throw error
    expect(error.where).toMatch(/^x\.csv(:\d+)?$/)
    return undefined
  }
}

/** A table that was read has the columns of its header in every row, and nothing else. */
function checkTable({ columns, rows }: Table): void {
  expect(new Set(columns).size).toBe(columns.length)
  let before = 0
  for (const { line, cells } of rows) {
    expect(Object.getPrototypeOf(cells)).toBe(Object.prototype)
    expect(Object.keys(cells).sort()).toEqual([...columns].sort())
    expect(line).toBeGreaterThan(before)
    before = line
  }
}

/** Whatever the cells hold, they come back, each with its line. */
function reading(chance: Chance): Attempt {
  const width = 1 + chance.below(4)
  const header = ['id', '__proto__', 'constructor', 'b c'].slice(0, width)
  const rows = chance.many(4, () => Array.from({ length: width }, () => text(chance)))
  const ends = chance.pick(['\n', '\r\n'])
  const source = plainCsv([header, ...rows], ends, chance)
  const check = () => {
    const table = parseTable(source, 'x.csv', ['id'])
    checkTable(table)
    // A line with nothing on it is no record.
    const kept = rows.filter((row) => row.length > 1 || row[0] !== '' || source.includes('""'))
    const read = table.rows.map(({ cells }) => header.map((name) => cells[name]))
    if (kept.every((row) => row.some((value) => value !== ''))) expect(read).toEqual(kept)
    for (const [i, { line }] of table.rows.entries()) {
      const above = [header, ...rows.slice(0, i)].map((row) => 1 + row.join().split(/\r\n|\r|\n/).length - 1)
      if (read.length === rows.length) expect(line).toBe(1 + above.reduce((sum, count) => sum + count, 0))
    }
  }
  return { input: source, check }
}

const files = ['id,verb,noun\n1,"cut, fast",onion\r\n2,open,"a ""door"""\n', '\ufeffid;x\r\n1;2\r\n', 'id\n\n1\n'].map(
  (file) => Buffer.from(file),
)

/** Any bytes are a table or are refused with the line. */
function damage(chance: Chance): Attempt {
  const bytes = mutated(chance, files, nasty)
  const check = () => {
    const table = orRefuse(() => parseTable(new TextDecoder().decode(bytes), 'x.csv', ['id']))
    if (table) checkTable(table)
  }
  return { input: bytes, check }
}

/** How a program with commas, semicolons or tabs between cells takes a file apart. */
function cellsOf(csv: string, separator: string): string[] {
  const cells: string[] = []
  let [cell, quoted] = ['', false]
  for (let i = 0; i < csv.length; i++) {
    const char = csv[i]!
    if (quoted) {
      if (char !== '"') cell += char
      else if (csv[i + 1] === '"') {
        cell += '"'
        i++
      } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator || char === '\n' || char === '\r') {
      cells.push(cell)
      cell = ''
    } else cell += char
  }
  return [...cells, cell]
}

const formula = /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/

/** Whatever the texts are, they come back, and no spreadsheet runs one of them. */
function writing(chance: Chance): Attempt {
  const value = (): Cell =>
    chance.pick<() => Cell>([() => text(chance), () => text(chance), () => chance.below(99), () => undefined])()
  const rows = chance.many(4, () => ['row', value(), value()])
  const check = () => {
    const csv = toCsv(['id', 'verb', 'noun'], rows)
    const read = parseTable(csv, 'x.csv', ['id']).rows.map(({ cells }) => [cells.id, cells.verb, cells.noun])
    expect(read).toHaveLength(rows.length)
    for (const [i, row] of rows.entries()) {
      for (const [k, given] of row.entries()) {
        const plain = String(given ?? '')
        if (typeof given === 'number') expect(read[i]![k]).toBe(plain)
        // Apostrophes are all that is added.
        else expect(read[i]![k]!.replaceAll("'", '')).toBe(plain.replaceAll("'", ''))
        if (!/[=+\-@＝\t\r]/.test(plain)) expect(read[i]![k]).toBe(plain)
      }
    }
    for (const separator of ',;\t') {
      for (const cell of cellsOf(csv, separator)) expect(cell).not.toMatch(formula)
    }
  }
  return { input: rows, check }
}

fuzz('cells of tables come back whatever they hold, damage is refused, and nothing written is a formula', (chance) =>
  chance.pick([reading, damage, writing])(chance),
)
