import { EgoLensError } from '../../errors.js'
import { type Bytes, Cursor, damaged } from './bytes.js'

/** A member of a zip file that is stored as it is. */
export interface ZipEntry {
  name: string
  /** Where its bytes begin in the file. */
  offset: number
  size: number
  crc: number
}

const mostEntries = 200_000
const mostDirectory = 1 << 26
/** Marks a number that stands in the zip64 field. */
const wide = 0xffffffff

interface Directory {
  at: number
  size: number
  entries: number
}

interface Listed extends ZipEntry {
  header: number
  flags: number
}

/**
 * The members of a zip file as PyTorch writes it: stored, one disk, zip64 where needed. The directory is not believed:
 * every member's own header is held against it, and no two may overlap.
 *
 * @throws EgoLensError `pth/damaged`, `pth/compressed`
 */
export function readZip(file: Bytes): Map<string, ZipEntry> {
  const directory = findDirectory(file)
  const listed = list(file, directory)
  const entries = new Map<string, ZipEntry>()
  let end = 0
  for (const { header, flags, ...entry } of listed.sort((a, b) => a.header - b.header)) {
    if (header < end) throw damaged(file.where, `${show(entry.name)} overlaps another member of the zip file`)
    const offset = checkHeader(file, { header, flags, ...entry }, directory.at)
    end = offset + entry.size
    if (end > directory.at) throw damaged(file.where, `${show(entry.name)} reaches beyond the zip file's data`)
    if (entries.has(entry.name)) throw damaged(file.where, `${show(entry.name)} is in the zip file twice`)
    entries.set(entry.name, { ...entry, offset })
  }
  return entries
}

function findDirectory(file: Bytes): Directory {
  const length = Math.min(file.size, 22 + 0xffff)
  const tail = new Uint8Array(length)
  file.read(file.size - length, tail)
  const view = new DataView(tail.buffer)
  for (let at = length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) !== length) continue
    const end = file.size - length + at
    const found = wideDirectory(file, end) ?? {
      entries: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      at: view.getUint32(at + 16, true),
    }
    if (found.at + found.size > end) throw damaged(file.where, "the zip file's directory reaches beyond its end")
    if (found.size > mostDirectory || found.entries > mostEntries) {
      throw damaged(file.where, `the zip file's directory has ${found.entries} members in ${found.size} bytes`)
    }
    return found
  }
  throw damaged(file.where, 'the end of the zip file is missing')
}

function wideDirectory(file: Bytes, end: number): Directory | undefined {
  if (end < 20) return undefined
  const locator = new Cursor(file, end - 20, end)
  if (locator.number(4) !== 0x07064b50) return undefined
  locator.number(4)
  const at = locator.number(8)
  if (at + 56 > end - 20) throw damaged(file.where, 'the zip64 record lies beyond the end')
  const record = new Cursor(file, at, at + 56)
  if (record.number(4) !== 0x06064b50) throw damaged(file.where, 'the zip64 record is none')
  record.take(28)
  return { entries: record.number(8), size: record.number(8), at: record.number(8) }
}

function list(file: Bytes, { at, size, entries }: Directory): Listed[] {
  const cursor = new Cursor(file, at, at + size)
  const listed: Listed[] = []
  for (let i = 0; i < entries; i++) listed.push(member(cursor))
  return listed
}

function member(cursor: Cursor): Listed {
  const { where } = cursor.bytes
  if (cursor.number(4) !== 0x02014b50)
    throw damaged(where, "the zip file's directory holds no member where one must be")
  cursor.take(4)
  const [flags, method] = [cursor.number(2), cursor.number(2)]
  cursor.take(4)
  const crc = cursor.number(4)
  const sizes = { packed: cursor.number(4), size: cursor.number(4) }
  const [nameLength, extraLength, commentLength] = [cursor.number(2), cursor.number(2), cursor.number(2)]
  cursor.take(8)
  const header = cursor.number(4)
  const name = new TextDecoder().decode(cursor.take(nameLength))
  const full = widened({ size: sizes.size, packed: sizes.packed, header }, cursor.take(extraLength).slice(), where)
  cursor.take(commentLength)
  if ((flags & 1) !== 0 || method !== 0) {
    throw new EgoLensError('pth/compressed', `${show(name)} is ${method === 0 ? 'encrypted' : 'compressed'}`, {
      where,
      cure: 'PyTorch stores what it saves: unzip it, and zip it again with zip -0 -r',
    })
  }
  if (full.packed !== full.size) throw damaged(where, `${show(name)} is stored, but in ${full.packed} bytes`)
  return { name, flags, crc, size: full.size, header: full.header, offset: 0 }
}

/** Numbers that are too large for their field stand in the extra field, in this order. */
function widened<T extends { size: number; packed: number; header: number }>(
  given: T,
  extra: Uint8Array,
  where: string,
) {
  const [view, found] = [new DataView(extra.buffer), { ...given }]
  let at = 0
  while (at + 4 <= extra.length && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true)
  const end = at + 4 <= extra.length ? Math.min(extra.length, at + 4 + view.getUint16(at + 2, true)) : 0
  at += 4
  for (const key of ['size', 'packed', 'header'] as const) {
    if (given[key] !== wide) continue
    if (at + 8 > end) throw damaged(where, 'a member of the zip file lacks its 64-bit sizes')
    found[key] = Number(view.getBigUint64(at, true))
    at += 8
  }
  return found
}

/** Where a member's bytes begin, by its own header, which must agree with the directory. */
function checkHeader(file: Bytes, entry: Listed, limit: number): number {
  if (entry.header + 30 > limit) throw damaged(file.where, `${show(entry.name)} lies beyond the zip file's data`)
  const header = new Cursor(file, entry.header, limit, 256)
  if (header.number(4) !== 0x04034b50) throw damaged(file.where, `${show(entry.name)} is not where it should be`)
  header.take(4)
  const method = header.number(2)
  header.take(8)
  const [packed, size] = [header.number(4), header.number(4)]
  const [nameLength, extraLength] = [header.number(2), header.number(2)]
  const name = new TextDecoder().decode(header.take(nameLength))
  // Sizes that follow the data, or stand in a 64-bit field, are not in the header.
  const told = (entry.flags & 8) === 0 && size !== wide
  if (name !== entry.name || method !== 0 || (told && (size !== entry.size || packed !== entry.size))) {
    throw damaged(file.where, `${show(entry.name)} has a header that says otherwise than the directory`)
  }
  header.take(extraLength)
  return header.at
}

const show = (name: string) => JSON.stringify(name.slice(0, 80))
