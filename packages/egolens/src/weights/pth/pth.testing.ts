import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { EgoLensError } from '../../errors.js'
import { type Bytes, damaged } from './bytes.js'
import { checkpointOf } from './checkpoint.js'
import { choose } from './choose.js'

/** Runs with a folder that is removed afterwards. */
export function withFolder<T>(run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'pth-'))
  const remove = () => rmSync(folder, { recursive: true })
  let result: T
  try {
    result = run(folder)
  } catch (error) {
    remove()
    throw error
  }
  if (result instanceof Promise) return result.finally(remove) as T
  remove()
  return result
}

/** Writes bytes to a file and gives its path to `run`. */
export function withFile<T>(bytes: Uint8Array, run: (path: string) => T): T {
  return withFolder((folder) => {
    const path = join(folder, 'x.pth')
    writeFileSync(path, bytes)
    return run(path)
  })
}

/** Bytes in memory, as if they were a file's. */
export function inMemory(bytes: Uint8Array): Bytes & { close(): void } {
  return {
    where: 'memory',
    size: bytes.length,
    close() {},
    read(offset, into) {
      if (offset < 0 || into.length > bytes.length - offset) throw damaged('memory', 'it ends too early')
      into.set(bytes.subarray(offset, offset + into.length))
    },
  }
}

/** What a member of a made zip file says of itself, where that is not the truth. */
export interface Lies {
  method?: number
  flags?: number
  size?: number
  packed?: number
  header?: number
  localName?: string
  crc?: number
  /** The directory's extra field. */
  extra?: Uint8Array
}

/** A zip file of stored members; the directory can be made to lie about each. */
export function zip(
  members: [name: string, bytes: Uint8Array, lies?: Lies][],
  end: { entries?: number; at?: number } = {},
) {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, bytes, lies = {}] of members) {
    const local = Buffer.alloc(30)
    const localName = Buffer.from(lies.localName ?? name)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt32LE(bytes.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(localName.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(lies.flags ?? 0, 8)
    central.writeUInt16LE(lies.method ?? 0, 10)
    central.writeUInt32LE(lies.crc ?? crc32(bytes), 16)
    central.writeUInt32LE(lies.packed ?? bytes.length, 20)
    central.writeUInt32LE(lies.size ?? bytes.length, 24)
    central.writeUInt16LE(Buffer.byteLength(name), 28)
    const extra = lies.extra ?? new Uint8Array(0)
    central.writeUInt16LE(extra.length, 30)
    central.writeUInt32LE(lies.header ?? at, 42)
    parts.push(local, localName, Buffer.from(bytes))
    directory.push(central, Buffer.from(name), Buffer.from(extra))
    at += 30 + localName.length + bytes.length
  }
  const list = Buffer.concat(directory)
  const tail = Buffer.alloc(22)
  tail.writeUInt32LE(0x06054b50, 0)
  tail.writeUInt16LE(end.entries ?? members.length, 10)
  tail.writeUInt32LE(list.length, 12)
  tail.writeUInt32LE(end.at ?? at, 16)
  return Buffer.concat([...parts, list, tail])
}

/** Bytes of a pickle from texts (latin1) and numbers (a byte each). */
export function pickle(...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.of(part) : part,
    ),
  )
}

/** A short text as an instruction. */
export const text = (value: string): Buffer => pickle('X', int32(Buffer.byteLength(value)), Buffer.from(value))

/** A whole number of four bytes. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value | 0)
  return bytes
}

/** A whole number as an instruction, of eight bytes. */
export function long(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return pickle(0x8a, 8, bytes)
}

/** The persistent id of a storage. */
export const storage = (key: string, elements: number | bigint, cls = 'FloatStorage'): Buffer =>
  pickle('(', text('storage'), `ctorch\n${cls}\n`, text(key), text('cpu'), long(elements), 'tQ')

/** A tensor of a storage, by _rebuild_tensor_v2. */
export function tensor(
  of: Buffer,
  [offset, shape, strides]: [number | bigint, (number | bigint)[], (number | bigint)[]],
): Buffer {
  const numbers = (values: (number | bigint)[]) => pickle('(', ...values.map(long), 't')
  const args = [of, long(offset), numbers(shape), numbers(strides), '\x89', 'ccollections\nOrderedDict\n)R']
  return pickle('ctorch._utils\n_rebuild_tensor_v2\n', '(', ...args, 'tR')
}

/** {'x': value} as a whole checkpoint, with one storage "0". */
export function checkpoint(value: Uint8Array, data: Uint8Array = new Uint8Array(16)): Buffer {
  const object = pickle(0x80, 2, '}', text('x'), value, 's.')
  return zip([
    ['archive/data.pkl', object],
    ['archive/data/0', data],
  ])
}

/** Reads every tensor, or is refused with an EgoLensError; anything else is thrown. */
export function readOrRefuse(bytes: Uint8Array): void {
  try {
    const open = checkpointOf(inMemory(bytes))
    try {
      for (const tensor of choose(open.value, 'memory').tensors.values()) {
        open.verify(tensor)
        if (tensor.bytes < 1 << 20) for (const _ of open.pieces(tensor));
      }
    } finally {
      open.close()
    }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
  }
}
