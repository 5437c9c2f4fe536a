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

  blanks()
  if (cell[i] !== '[') fail('"["')
  i++
  const values: (string | number)[] = []
  for (blanks(); cell[i] !== ']'; blanks()) {
    values.push(cell[i] === "'" || cell[i] === '"' ? text() : number())
    blanks()
    if (cell[i] === ',') i++
    else if (cell[i] !== ']') fail('"," or "]"')
  }
  i++
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
