import { open } from 'node:fs/promises'
import { bytes } from '../text.js'

/**
 * Why a safetensors file cannot be whole, by its header and its length alone, so that no weights are read, and
 * without the engine's reader, since the engine may be what is broken; undefined where nothing speaks against it.
 */
export async function unreadable(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => error.code ?? error.message)
  if (typeof file === 'string') return `it cannot be opened (${file})`
  try {
    const { size } = await file.stat()
    const head = new DataView((await file.read(new Uint8Array(8), 0, 8, 0)).buffer.buffer)
    const length = size >= 8 ? Number(head.getBigUint64(0, true)) : Number.POSITIVE_INFINITY
    if (length > size - 8) return `it is no safetensors file, or cut off (${bytes(size)})`
    const text = Buffer.alloc(length)
    await file.read(text, 0, length, 8)
    const end = 8 + length + lastByte(JSON.parse(text.toString('utf8')))
    return size === end ? undefined : `it has ${bytes(size)} where its header says ${bytes(end)}`
  } catch {
    return 'its header is damaged'
  } finally {
    await file.close()
  }
}

function lastByte(header: Record<string, { data_offsets?: [number, number] }>): number {
  return Math.max(0, ...Object.values(header).map(({ data_offsets }) => data_offsets?.[1] ?? 0))
}
