import { EgoLensError } from '../errors.js'

/**
 * One field of a protocol buffer message by how it is written: bytes for messages and strings, whole numbers, and
 * fixed numbers of 32 and 64 bits. A field that is written in another way than its type is one that a reader skips.
 */
export type Field =
  | { field: number; bytes: Uint8Array }
  | { field: number; whole: number }
  | { field: number; float: number }
  | { field: number; double: number }

/**
 * The fields of a message in their order.
 * Throws `hands/not-detections` for whatever a writer could not have made.
 */
export function* protobufFields(message: Uint8Array, where: string): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let at = 0
  const take = (length: number) => {
    if (length > message.length - at) throw broken(where, 'a field reaches beyond its message')
    at += length
    return at - length
  }
  const varint = () => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[take(1)]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw broken(where, 'a number of more than 64 bits')
  }
  while (at < message.length) {
    const key = Number(varint())
    const field = Math.floor(key / 8)
    if (field < 1 || field > 536870911) throw broken(where, `field number ${field}`)
    switch (key % 8) {
      case 0:
        yield { field, whole: Number(BigInt.asIntN(64, varint())) }
        break
      case 1:
        yield { field, double: view.getFloat64(take(8), true) }
        break
      case 2: {
        const length = Number(varint())
        const start = take(length)
        yield { field, bytes: message.subarray(start, start + length) }
        break
      }
      case 5:
        yield { field, float: view.getFloat32(take(4), true) }
        break
      default:
        throw broken(where, `wire type ${key % 8}`)
    }
  }
}

/** The finite floats of a message that holds nothing else, by field; absent ones are 0, as proto3 leaves zeros out. */
export function protobufFloats(message: Uint8Array, count: number, where: string): number[] {
  const numbers = new Array<number>(count).fill(0)
  for (const field of protobufFields(message, where)) {
    if ('float' in field && field.field <= count) numbers[field.field - 1] = field.float
  }
  if (!numbers.every(Number.isFinite)) throw broken(where, 'a number that is not finite')
  return numbers
}

export function broken(where: string, what: string): EgoLensError {
  return new EgoLensError('hands/not-detections', `not a message of hand-object detections: ${what}`, { where })
}
