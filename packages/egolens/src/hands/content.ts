import { EgoLensError } from '../errors.js'
import { readPickle } from './pickle.js'
import { NdArray } from './pickle-values.js'

/** What a file of detections holds, whether it is JSON or a pickle. */
export type Content = unknown

/** Parses JSON or a Python pickle, told apart by the first byte. @throws EgoLensError `hands/not-detections` */
export function parseContent(bytes: Uint8Array, where: string): Content {
  const first = bytes[0]
  if (first === 0x80 || (/\.(pkl|pickle)$/i.test(where) && first !== 0x7b)) {
    const other = archive(bytes)
    if (other) throw notDetections(`it is ${other}`, where)
    return readPickle(bytes, where)
  }
  const other = archive(bytes)
  if (other) throw notDetections(`it is ${other}`, where)
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw notDetections(`neither a pickle nor JSON: ${(cause as Error).message}`, where, cause)
  }
}

/** Kinds of file that are easily given by mistake. */
function archive(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (head.startsWith('PK')) return 'a zip archive, or what torch.save writes'
  if (head.startsWith('\x1f\x8b')) return 'compressed with gzip'
  if (head.startsWith('\x93NUMPY')) return 'a single NumPy array, which names no frames'
  return head.slice(4) === 'ftyp' ? 'a video' : undefined
}

/** The entries of a dictionary or a JSON object. */
export function entriesOf(value: Content): [key: string | number, value: Content][] | undefined {
  if (value instanceof Map) return [...value] as [string | number, Content][]
  return isObject(value) ? Object.entries(value) : undefined
}

/** One entry of a dictionary or a JSON object, by its key as text. */
export function entryOf(value: Content, key: string): Content {
  if (value instanceof Map) return value.get(key) ?? value.get(Number(key))
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Numbers of a list, a tuple or a one-dimensional array. */
export function numbersOf(value: Content): number[] | undefined {
  if (value instanceof NdArray) return value.shape.length === 1 ? [...value.data] : undefined
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined
}

/** Rows of a matrix or a list of lists; none for null. */
export function rowsOf(value: Content): number[][] | undefined {
  if (value === null || value === undefined) return []
  if (value instanceof NdArray) {
    const [rows, columns] = value.shape
    if (rows === 0) return []
    // Rows of nothing take no bytes in a file, and memory here: their number is whatever the file claims.
    if (value.shape.length !== 2 || columns === 0) return undefined
    return Array.from({ length: rows! }, (_, i) => [...value.data.subarray(i * columns!, (i + 1) * columns!)])
  }
  const rows = Array.isArray(value) ? value.map(numbersOf) : [undefined]
  return rows.every((row) => row !== undefined) ? rows : undefined
}

/** The shape of content in words, two levels deep: "a dictionary of a dictionary of lists". */
export function inWords(value: Content, depth = 0): string {
  const entries = entriesOf(value)
  if (entries) {
    if (entries.length === 0) return 'an empty dictionary'
    const [key, first] = entries[0]!
    return `a dictionary whose first key is ${JSON.stringify(key)}${depth < 2 ? `, holding ${inWords(first, depth + 1)}` : ''}`
  }
  if (value instanceof NdArray) return `an array of ${value.shape.join(' x ')} numbers`
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) {
    return value.length === 0
      ? 'an empty list'
      : `a list of ${value.length}${depth < 2 ? `, the first ${inWords(value[0], depth + 1)}` : ''}`
  }
  return value === null ? 'nothing' : typeof value === 'string' ? 'text' : `a ${typeof value}`
}

export function notDetections(what: string, where: string, cause?: unknown, cure?: string): EgoLensError {
  return new EgoLensError('hands/not-detections', what, { where, cause, cure: cure ?? knownFormats })
}

const knownFormats =
  "known are own JSON ({\"frames\": [...]}), EPIC-KITCHENS' pickles, X-MIC's segment -> frame -> box, raw 100DOH output and helping_hand_for_egocentric_videos' .handobj.pkl"

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === Object.prototype
