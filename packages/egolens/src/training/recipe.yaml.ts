import { CST, type Document, Lexer, LineCounter, parseDocument } from 'yaml'
import { EgoLensError } from '../errors.js'

/** Characters; a recipe has a few thousand. The YAML library takes seconds for texts of this length made to hurt. */
const LONGEST = 2 ** 16
/** Values in values; a recipe has six or so. */
const DEEPEST = 32

export interface Yaml {
  document: Document
  lines: LineCounter
  value: unknown
}

/**
 * Reads YAML of anyone's making: in bounded time and memory, to a value with an end, or not at all.
 * @throws EgoLensError with `code` and the line
 */
export function readYaml(text: string, code: string, where: string): Yaml {
  if (text.length > LONGEST) {
    throw new EgoLensError(code, `a recipe has a few thousand characters, and this has ${text.length}`, { where })
  }
  // The library calls itself for every level; at the end of the stack, V8 may end the whole process.
  if (nestsDeep(text)) throw tooDeep(code, where)
  const lines = new LineCounter()
  const document = within(() => parseDocument(text, { lineCounter: lines, logLevel: 'error' }), code, where)
  const fault = document.errors[0]
  if (fault) {
    const [message] = fault.message.split(/ at line |\n/)
    throw new EgoLensError(code, message!, { where: `${where}:${lines.linePos(fault.pos[0]).line}` })
  }
  return { document, lines, value: documentValue(document, code, where) }
}

/** What a document holds now. An alias inside what it stands for would make a value that holds itself. */
export function documentValue(document: Document, code: string, where: string): unknown {
  const value = within<unknown>(() => document.toJS(), code, where)
  const deeper = (item: unknown, depth: number): boolean =>
    item !== null && typeof item === 'object' && (depth === 0 || Object.values(item).some((v) => deeper(v, depth - 1)))
  if (deeper(value, DEEPEST)) throw tooDeep(code, where)
  return value
}

const tooDeep = (code: string, where: string) =>
  new EgoLensError(code, `values in values, more than ${DEEPEST} deep`, { where })

/** What the library throws of a text, aliases that multiply for one, says nothing of a fault here. */
function within<T>(work: () => T, code: string, where: string): T {
  try {
    return work()
  } catch (error) {
    throw new EgoLensError(code, (error as Error).message.split('\n')[0]!, { where, cause: error })
  }
}

/** Whether brackets lie in brackets, or lists in lists on one line, deeper than a recipe has them. */
function nestsDeep(text: string): boolean {
  let [brackets, indicators] = [0, 0]
  for (const token of new Lexer().lex(text)) {
    switch (CST.tokenType(token)) {
      case 'flow-map-start':
      case 'flow-seq-start':
        brackets++
        break
      case 'flow-map-end':
      case 'flow-seq-end':
        brackets = Math.max(0, brackets - 1)
        break
      case 'newline':
      case 'comma':
        indicators = 0
        break
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        indicators++
    }
    if (brackets > DEEPEST || indicators > DEEPEST) return true
  }
  return false
}
