import { EgoLensError } from '../errors.js'
import { type DiskReader, disk } from './disk.js'
import { isAbsent, readFault } from './fault.js'

/** One read call takes at most so many bytes. */
const MOST = 1 << 30

/** Opens a file, and closes it whatever comes of the work. @throws as {@link readBytes} */
export async function reading<T>(path: string, work: (file: DiskReader) => Promise<T>): Promise<T> {
  let file: DiskReader | undefined
  try {
    file = await disk().openToRead(path)
    return await work(file)
  } catch (error) {
    throw readFault(error, path)
  } finally {
    // A file that was read is as good where closing it fails.
    await file?.close().catch(() => {})
  }
}

/**
 * All bytes of a file or a pipe.
 *
 * @throws EgoLensError `file/unreadable` where it is not there, is a directory or may not be read; `disk/unreadable`
 * where the disk fails
 */
export async function readBytes(path: string): Promise<Buffer> {
  return reading(path, async (file) => {
    let bytes = Buffer.allocUnsafeSlow(file.size || 1 << 16)
    let filled = 0
    while (true) {
      const got = await file.read(bytes.subarray(filled, Math.min(bytes.length, filled + MOST)))
      filled += got
      if (got === 0 || filled === file.size) return bytes.subarray(0, filled)
      if (filled === bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length)
    }
  })
}

/** Fills `into` from a place in a file. @returns bytes that came: fewer only where the file ends */
export async function readFully(file: DiskReader, into: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < into.length) {
    const got = await file.read(into.subarray(filled, Math.min(into.length, filled + MOST)), position + filled)
    if (got === 0) break
    filled += got
  }
  return filled
}

/** A file's bytes as UTF-8 text. @throws as {@link readBytes} */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path)
  try {
    return bytes.toString('utf8')
  } catch (cause) {
    const message = `the file has ${bytes.length} bytes, more than a text may have`
    throw new EgoLensError('file/unreadable', message, { where: path, cause })
  }
}

/** A file's text, or undefined where there is none. @throws as {@link readBytes} for what is there */
export async function readIfThere(path: string): Promise<string | undefined> {
  return unlessAbsent(readText(path))
}

/** Parses a JSON file; a syntax error names the file. @throws EgoLensError `file/not-json`, and as {@link readBytes} */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new EgoLensError('file/not-json', (error as Error).message, { where: path })
  }
}

/** Whether there is something under a name. @throws EgoLensError `disk/unreadable` where the disk does not say */
export async function exists(path: string): Promise<boolean> {
  return (await unlessAbsent(statusOf(path))) !== undefined
}

/** Size and time of change. @throws as {@link readBytes} */
export function statusOf(path: string): ReturnType<ReturnType<typeof disk>['status']> {
  return told(path, () => disk().status(path))
}

/** Names in a directory; none where there is no directory. @throws EgoLensError `disk/unreadable` where the disk fails */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessAbsent(told(path, () => disk().list(path)))) ?? []
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw readFault(error, path)
  }
}

/** What is not there is undefined; what is there and cannot be read must not be taken for that. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}
