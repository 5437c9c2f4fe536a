import { TorchError } from '../errors.js'
import { ELEMENT_BITS } from './dtypes.js'
import { MAX_HEADER_BYTES } from './header.js'

/** What a header says of one tensor: its type in the format's own name and its shape. */
export interface TensorShape {
  readonly dtype: string
  readonly shape: readonly number[]
}

/**
 * The bytes before the data: length, JSON, and spaces up to a multiple of 8, so that the data begins aligned.
 * Wider types come first, then names in code-unit order: every tensor is aligned to its own element, and the same
 * tensors always give the same bytes.
 * @returns the bytes, and the names in the order in which their data must follow
 * @throws TorchError `BadArgument` for the reserved name `__metadata__` or a header above the format's cap
 */
export function encodeHeader(
  tensors: ReadonlyMap<string, TensorShape>,
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; order: string[] } {
  if (tensors.has('__metadata__')) unwritable("a tensor cannot be named '__metadata__': the format keeps that name")
  const order = [...tensors.keys()].sort((a, b) => bitsOf(tensors.get(b)!) - bitsOf(tensors.get(a)!) || compare(a, b))
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${encodeMetadata(metadata)}`] : []
  let begin = 0
  for (const name of order) {
    const { dtype, shape } = tensors.get(name)!
    const end = begin + shape.reduce((bits, size) => bits * size, bitsOf({ dtype, shape })) / 8
    fields.push(`${encodeText(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
    begin = end
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`)
  const length = Math.ceil(json.length / 8) * 8
  if (length > MAX_HEADER_BYTES)
    unwritable(`the header would have ${length} bytes; at most ${MAX_HEADER_BYTES} are read`)
  const bytes = new Uint8Array(8 + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, 8)
  return { bytes, order }
}

function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  const keys = Object.keys(metadata).sort(compare)
  for (const key of keys) {
    if (typeof metadata[key] !== 'string') unwritable(`metadata ${JSON.stringify(key)} is not a string`)
  }
  return `{${keys.map((key) => `${encodeText(key)}:${encodeText(metadata[key]!)}`).join(',')}}`
}

function encodeText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) unwritable(`${JSON.stringify(text)} holds half of a surrogate pair`)
  return JSON.stringify(text)
}

const bitsOf = ({ dtype }: TensorShape): number => ELEMENT_BITS.get(dtype)!

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

function unwritable(what: string): never {
  throw new TorchError('BadArgument', `Cannot write safetensors: ${what}.`)
}
