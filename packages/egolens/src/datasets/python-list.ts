import { EgoLensError } from '../errors.js'

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

/**
 * Reads a Python list literal of strings and whole numbers, as EPIC-KITCHENS and Ego4D keep in one CSV cell.
 * Nothing else of Python is understood: no nesting, no names, no expressions.
 *
 * @throws EgoLensError `dataset/python-list` with the position of the first character that does not fit
 * @example parsePythonList("['pan', 'board:chopping']") // ['pan', 'board:chopping']
 */
export function parsePythonList(cell: string, where?: string): (string | number)[] {
  return parseList(cell, 1, where) as (string | number)[]
}

/**
 * The same where items may be such lists themselves, as Panda-70M keeps the times of clips.
 *
 * @throws EgoLensError `dataset/python-list`
 * @example parsePythonLists("[['0:00:01.5', '0:00:04.0'], ['0:00:09.0', '0:00:12.0']]")[1] // ['0:00:09.0', '0:00:12.0']
 */
export function parsePythonLists(cell: string, where?: string): (string | number | (string | number)[])[] {
  return parseList(cell, 2, where) as (string | number | (string | number)[])[]
}

type Item = string | number | Item[]

function parseList(cell: string, depth: number, where?: string): Item[] {
  let i = 0
  const fail = (expected: string): never => {
    const found = i < cell.length ? `"${cell[i]}" at position ${i}` : 'the end'
    throw new EgoLensError('dataset/python-list', `not a Python list: ${expected} expected, ${found} found`, {
      where,
      cure: "such a cell looks like ['pan', 'hob'] or [5, 42]",
    })
  }
  const blanks = () => {
    while (cell[i] === ' ' || cell[i] === '\t') i++
  }
  const text = (): string => {
    const quote = cell[i++]
    let value = ''
    while (cell[i] !== quote) {
      if (i >= cell.length || cell[i] === '\n') fail('a closing quote')
      if (cell[i] === '\\') {
        i++
        value += escapes[cell[i] ?? ''] ?? fail('an escape \\n, \\t, \\r, \\\\ or a quote')
      } else value += cell[i]
      i++
    }
    i++
    return value
  }
  const number = (): number => {
    const digits = /^-?\d{1,15}(?![\d.eE_])/.exec(cell.slice(i, i + 32))?.[0] ?? fail('a whole number or a string')
    i += digits.length
    return Number(digits)
  }

  const list = (left: number): Item[] => {
    if (cell[i] !== '[') fail('"["')
    i++
    const values: Item[] = []
    for (blanks(); cell[i] !== ']'; blanks()) {
      if (cell[i] === '[' && left > 1) values.push(list(left - 1))
      else values.push(cell[i] === "'" || cell[i] === '"' ? text() : number())
      blanks()
      if (cell[i] === ',') i++
      else if (cell[i] !== ']') fail('"," or "]"')
    }
    i++
    return values
  }
  blanks()
  const values = list(depth)
  blanks()
  if (i < cell.length) fail('the end')
  return values
}

/** A list of whole numbers. @throws EgoLensError `dataset/python-list` */
export function parsePythonNumbers(cell: string, where?: string): number[] {
  return parsePythonList(cell, where).map((value) => {
    if (typeof value === 'number') return value
    throw new EgoLensError('dataset/python-list', `"${value}" where a list of numbers is expected`, { where })
  })
}
