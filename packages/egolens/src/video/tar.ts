import { type FileHandle, open } from 'node:fs/promises'
import { EgoLensError } from '../errors.js'

/** A file inside a tar: where its bytes lie in the archive. */
export interface TarEntry {
  name: string
  offset: number
  size: number
}

const BLOCK = 512
const MAX_HEADER = 1 << 20 // a long name or a pax record beyond this is an attack

/**
 * Lists the regular files of an uncompressed tar (ustar, pax, GNU long names) by reading its headers alone; links,
 * devices and directories are passed over. Throws `tar/damaged` with the offset.
 *
 * @example
 * for await (const entry of tarEntries('P01_01.tar')) console.log(entry.name, entry.size)
 */
export async function* tarEntries(path: string): AsyncGenerator<TarEntry> {
  const file = await open(path, 'r')
  try {
    const end = (await file.stat()).size
    let position = 0
    let longName: string | undefined
    let pax: Record<string, string> = {}
    while (position + BLOCK <= end) {
      const header = await readAt(file, position, BLOCK)
      if (header.every((byte) => byte === 0)) return
      checkSum(header, path, position)
      const type = String.fromCharCode(header[156] || 48)
      const size = pax.size !== undefined ? Number(pax.size) : number(header, 124, 12)
      const offset = position + BLOCK
      if (!Number.isSafeInteger(size) || size < 0 || offset + size > end) {
        throw damaged(path, position, 'a file reaches beyond the end of the archive')
      }
      position = offset + Math.ceil(size / BLOCK) * BLOCK
      if (type === 'L' || type === 'x') {
        if (size > MAX_HEADER) throw damaged(path, offset, 'a header of more than 1 MiB')
        const bytes = await readAt(file, offset, size)
        if (type === 'L') longName = text(bytes, 0, size)
        else pax = paxRecords(bytes)
        continue
      }
      if (type === '0' || type === '7') yield { name: pax.path ?? longName ?? fullName(header), offset, size }
      longName = undefined
      pax = {}
    }
  } finally {
    await file.close()
  }
}

/** Reads exactly `length` bytes at `offset`. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) throw new EgoLensError('file/truncated', `the file ends before byte ${offset + length}`)
    filled += bytesRead
  }
  return bytes
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const zero = field.indexOf(0)
  return new TextDecoder().decode(zero < 0 ? field : field.subarray(0, zero))
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function number(header: Uint8Array, start: number, length: number): number {
  if (header[start]! & 0x80) {
    let value = header[start]! & 0x7f
    for (let i = 1; i < length; i++) value = value * 256 + header[start + i]!
    return value
  }
  const digits = text(header, start, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

function fullName(header: Uint8Array): string {
  const prefix = text(header, 257, 5) === 'ustar' && header[263] === 48 ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  return prefix ? `${prefix}/${name}` : name
}

function paxRecords(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = Object.create(null)
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const length = Number.parseInt(new TextDecoder().decode(bytes.subarray(at, space < 0 ? at : space)), 10)
    if (!(length > 0)) break
    const record = new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (equals > 0) records[record.slice(0, equals)] = record.slice(equals + 1)
    at += length
  }
  return records
}

function checkSum(header: Uint8Array, path: string, position: number): void {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (sum !== number(header, 148, 8)) throw damaged(path, position, 'a header with a wrong checksum')
}

function damaged(path: string, position: number, what: string): EgoLensError {
  return new EgoLensError('tar/damaged', `${what} at byte ${position}`, {
    where: path,
    cure: 'only whole, uncompressed tar files can be read; unpack a .tar.gz first',
  })
}
