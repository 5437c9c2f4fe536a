import { ELEMENT_BITS } from './dtypes.js'
import { quote, refuse } from './refuse.js'
import { JsonNumber, JsonSyntaxError, parseStrictJson, type StrictJson } from './strict-json.js'

/** Where a tensor lies: its type in the format's own name, its shape, and its bytes from the start of the file. */
export interface TensorEntry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
  /** The first byte after the header. */
  readonly dataStart: number
}

/** The reference's cap on the header, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000
export const MAX_TENSORS = 200_000
/** As many dimensions as the engine can index. */
export const MAX_DIMENSIONS = 64
// A tensor is an object of a type, two offsets and a shape: some ten values.
const LIMITS = { depth: 16, values: 20 * MAX_TENSORS }

/**
 * Reads the 8-byte little-endian length that a file begins with.
 * @param start at least the first 8 bytes of the file (fewer only where the file has fewer)
 * @param fileSize bytes of the whole file
 * @throws TorchError `BadSafetensors`
 */
export function headerLength(start: Uint8Array, fileSize: number): number {
  if (fileSize < 8 || start.length < 8)
    refuse(`the file has ${fileSize} bytes, fewer than the 8 of the header's length`)
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES) refuse(`the header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are read`)
  if (Number(length) > fileSize - 8) {
    refuse(`the header claims ${length} bytes, but the file ends after ${fileSize - 8}: it may be cut off`)
  }
  return Number(length)
}

/**
 * Parses and validates a safetensors header, as strictly as the reference reader: every byte of the data belongs to
 * exactly one tensor, in order, and sizes agree with types and shapes.
 * @param bytes the file from its first byte, at least up to the end of the header
 * @param fileSize bytes of the whole file; by default those given
 * @throws TorchError `BadSafetensors`, saying which tensor and what is wrong
 * @example parseHeader(await readFile('model.safetensors')).tensors.get('visual.proj')
 */
export function parseHeader(bytes: Uint8Array, fileSize = bytes.length): Header {
  const length = headerLength(bytes, fileSize)
  if (bytes.length < 8 + length) refuse(`the header has ${length} bytes, but only ${bytes.length - 8} were given`)
  if (bytes[8] !== 0x7b || length === 0) refuse("the header does not begin with '{'")
  const object = parseObject(decodeUtf8(bytes.subarray(8, 8 + length)))
  const metadata = parseMetadata(object.get('__metadata__'))
  object.delete('__metadata__')
  if (object.size > MAX_TENSORS) refuse(`the header names ${object.size} tensors; at most ${MAX_TENSORS} are read`)
  const dataStart = 8 + length
  const tensors = new Map<string, TensorEntry>()
  for (const [name, value] of object) tensors.set(name, parseEntry(name, value, dataStart))
  checkLayout(tensors, dataStart, fileSize)
  return { tensors, metadata, dataStart }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse('the header is not valid UTF-8')
  }
}

function parseObject(text: string): Map<string, StrictJson> {
  try {
    return parseStrictJson(text, LIMITS) as Map<string, StrictJson>
  } catch (error) {
    if (error instanceof JsonSyntaxError) return refuse(`the header is not valid JSON: ${error.message}`)
    throw error
  }
}

function parseMetadata(value: StrictJson | undefined): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null)
  if (value === undefined || value === null) return metadata
  if (!(value instanceof Map)) return refuse('__metadata__ is not an object of strings')
  for (const [key, text] of value) {
    if (typeof text !== 'string') refuse(`__metadata__ ${quote(key)} is not a string`)
    metadata[key] = text
  }
  return metadata
}

function parseEntry(name: string, value: StrictJson, dataStart: number): TensorEntry {
  const where = `tensor ${quote(name)}`
  if (!(value instanceof Map)) return refuse(`${where} is not described by an object`)
  const dtype = value.get('dtype')
  if (typeof dtype !== 'string' || !ELEMENT_BITS.has(dtype))
    return refuse(`${where} has an unknown dtype ${show(dtype)}`)
  const shape = counts(value.get('shape'), `the shape of ${where}`)
  if (shape.length > MAX_DIMENSIONS)
    refuse(`${where} has ${shape.length} dimensions; at most ${MAX_DIMENSIONS} are read`)
  const offsets = counts(value.get('data_offsets'), `data_offsets of ${where}`)
  const [begin, end] = offsets
  if (offsets.length !== 2 || begin === undefined || end === undefined) {
    return refuse(`data_offsets of ${where} are ${offsets.length} numbers, not 2`)
  }
  if (end < begin) refuse(`${where} ends (${end}) before it begins (${begin})`)
  const size = byteSize(dtype, shape, where)
  if (end - begin !== size) refuse(`${where} takes ${end - begin} bytes, but ${dtype} [${shape}] needs ${size}`)
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end }
}

function counts(value: StrictJson | undefined, where: string): number[] {
  if (!Array.isArray(value)) return refuse(`${where} is not an array of whole numbers`)
  return value.map((item) => {
    const count = item instanceof JsonNumber ? item.count() : null
    return count ?? refuse(`${where} holds ${show(item)}, which is not a whole number from 0 to 2^53`)
  })
}

function byteSize(dtype: string, shape: readonly number[], where: string): number {
  let bits = ELEMENT_BITS.get(dtype)!
  for (const size of shape) {
    bits *= size
    if (bits > Number.MAX_SAFE_INTEGER) refuse(`the size of ${where}, ${dtype} [${shape}], overflows`)
  }
  if (bits % 8 !== 0) refuse(`${where}, ${dtype} [${shape}], does not end on a whole byte`)
  return bits / 8
}

function checkLayout(tensors: ReadonlyMap<string, TensorEntry>, dataStart: number, fileSize: number): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  let reached = dataStart
  for (const [name, { begin, end }] of inOrder) {
    const where = `tensor ${quote(name)} begins at ${begin - dataStart}, but the one before it ends at`
    if (begin > reached) refuse(`${where} ${reached - dataStart}: the bytes between belong to no tensor`)
    if (begin < reached) refuse(`${where} ${reached - dataStart}: they overlap`)
    reached = end
  }
  if (reached !== fileSize) {
    const have = fileSize - dataStart
    refuse(`the tensors take ${reached - dataStart} bytes, but the file holds ${have}: it is cut off or has a tail`)
  }
}

function show(value: StrictJson | undefined): string {
  if (value === undefined) return '(missing)'
  if (value instanceof JsonNumber) return value.lexeme.slice(0, 40)
  return typeof value === 'string' ? quote(value) : String(value === null ? null : typeof value)
}
