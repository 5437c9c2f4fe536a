import { EgoLensError } from '../../errors.js'
import type { Bytes } from './bytes.js'
import type { PthTensor } from './values.js'

/** As long as arrays can be. */
const longest = 2 ** 32 - 8

interface Dimension {
  length: number
  stride: number
}

/** Gives bytes of the storage; good until the next call. */
type Source = (begin: number, length: number) => Uint8Array

/** Memory that the pieces of one checkpoint share, so that none waits for the garbage collector. */
export class Scratch {
  #in = new Uint8Array(0)
  #out = new Uint8Array(0)
  #held?: Uint8Array

  /** @param largest bytes of the largest storage: pages of the buffer that nothing is read into cost nothing */
  constructor(
    readonly largest: number,
    /** Bytes that are read, and given, at a time. */
    readonly piece = 1 << 22,
  ) {}

  in(length: number): Uint8Array {
    if (this.#in.length < length) this.#in = new Uint8Array(Math.max(length, this.piece))
    return this.#in.subarray(0, length)
  }

  out(length: number): Uint8Array {
    if (this.#out.length < length) this.#out = new Uint8Array(Math.max(length, this.piece))
    return this.#out.subarray(0, length)
  }

  held(length: number): Uint8Array {
    this.#held ??= new Uint8Array(Math.min(this.largest, longest))
    return this.#held.subarray(0, length)
  }
}

/**
 * A tensor's elements in row-major order. What lies in the file in that order, with or without gaps, is read piece by
 * piece; a transposed tensor's part of the file is held in memory while it is turned.
 *
 * @param at where the storage begins in the file
 * @throws EgoLensError `pth/too-large` for a transposed tensor of 4 GiB
 */
export function* pieces(file: Bytes, at: number, tensor: PthTensor, scratch: Scratch): Generator<Uint8Array> {
  if (tensor.elements === 0) return
  const size = tensor.type.size
  const dimensions = merged(tensor)
  const begin = tensor.offset * size
  const walk = new Walk(size, scratch)
  const read = (into: Uint8Array, offset: number) => {
    file.read(at + offset, into)
    return into
  }
  if (dimensions.every((d, i) => i === 0 || d.stride <= dimensions[i - 1]!.stride)) {
    return yield* walk.run((offset, length) => read(scratch.in(length), offset), dimensions, begin, scratch.piece)
  }
  const bytes = size * span(dimensions)
  if (bytes > longest) {
    throw new EgoLensError('pth/too-large', `a tensor [${tensor.shape}] of ${bytes} bytes is saved transposed`, {
      where: file.where,
      cure: 'save its .contiguous()',
    })
  }
  const held = read(scratch.held(bytes), begin)
  yield* walk.run((offset, length) => held.subarray(offset - begin, offset - begin + length), dimensions, begin)
}

class Walk {
  constructor(
    readonly size: number,
    readonly scratch: Scratch,
  ) {}

  /** @param reach the most bytes of the source that are asked for at once */
  *run(
    source: Source,
    dimensions: Dimension[],
    begin: number,
    reach = Number.POSITIVE_INFINITY,
  ): Generator<Uint8Array> {
    const [spans, elements] = [span(dimensions) * this.size, count(dimensions) * this.size]
    if (elements <= this.scratch.piece && spans <= reach) {
      yield this.#gather(source(begin, spans), dimensions)
      return
    }
    const [{ length, stride }, ...inner] = dimensions as [Dimension, ...Dimension[]]
    const innerSpan = span(inner) * this.size
    const bySpan = stride === 0 ? length : Math.floor((reach - innerSpan) / (stride * this.size)) + 1
    const byCount = Math.floor(this.scratch.piece / (count(inner) * this.size))
    const rows = Math.max(1, Math.min(length, bySpan, byCount))
    for (let i = 0; i < length; i += rows) {
      const block = { length: Math.min(rows, length - i), stride }
      const dims = block.length === 1 ? inner : [block, ...inner]
      yield* this.run(source, dims, begin + i * stride * this.size, reach)
    }
  }

  #gather(source: Uint8Array, dimensions: Dimension[]): Uint8Array {
    const elements = count(dimensions)
    if (span(dimensions) === elements && dimensions.length <= 1) return source
    const out = this.scratch.out(elements * this.size)
    const [to, from] = [units(out, this.size), units(source, this.size)]
    let next = 0
    const copy = (depth: number, at: number): void => {
      const { length, stride } = dimensions[depth]!
      if (depth < dimensions.length - 1) {
        for (let i = 0; i < length; i++) copy(depth + 1, at + i * stride)
        return
      }
      if (stride === 1) {
        to.set(from.subarray(at, at + length) as Uint8Array & BigUint64Array, next)
        next += length
        return
      }
      for (let i = 0; i < length; i++) to[next++] = from[at + i * stride]!
    }
    copy(0, 0)
    return out
  }
}

/** The bytes as whole elements, without a look at what they mean. */
function units(bytes: Uint8Array, size: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength)
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2)
  if (size === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4)
  return new BigUint64Array(buffer, byteOffset, byteLength / 8)
}

/** Dimensions without those of one element, neighbours that lie in a row made one. */
function merged({ shape, strides }: PthTensor): Dimension[] {
  const dimensions: Dimension[] = []
  for (const [i, length] of shape.entries()) {
    if (length === 1) continue
    const [stride, last] = [strides[i]!, dimensions.at(-1)]
    if (last && last.stride === length * stride)
      dimensions[dimensions.length - 1] = { length: last.length * length, stride }
    else dimensions.push({ length, stride })
  }
  return dimensions
}

/** Elements from the first to the last, both included. */
const span = (dimensions: Dimension[]) => dimensions.reduce((sum, { length, stride }) => sum + (length - 1) * stride, 1)

const count = (dimensions: Dimension[]) => dimensions.reduce((product, { length }) => product * length, 1)
