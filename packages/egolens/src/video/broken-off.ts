import { type FileHandle, open } from 'node:fs/promises'
import { readAt } from './tar.js'

/**
 * Whether an MP4, MOV or AVI file ends before one of its boxes does, as after a broken download. How many frames its
 * index names tells less: an edit list leaves frames out, and an AVI counts frames that have no bytes.
 */
export async function brokeOff(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size < 16) return false
    const head = Buffer.from(await readAt(file, 0, 12))
    if (head.toString('latin1', 0, 4) === 'RIFF') return head.readUInt32LE(4) > size - 8
    return await boxBeyondEnd(file, size)
  } finally {
    await file.close()
  }
}

async function boxBeyondEnd(file: FileHandle, size: number): Promise<boolean> {
  for (let at = 0; at + 16 <= size; ) {
    const head = Buffer.from(await readAt(file, at, 16))
    const type = head.toString('latin1', 4, 8)
    if (!/^[a-z]{4}$/.test(type) || (at === 0 && type !== 'ftyp')) return false
    const short = head.readUInt32BE(0)
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? size - at : short
    if (length < 8) return false
    if (length > size - at) return type === 'mdat' || type === 'moof'
    at += length
  }
  return false
}
