import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EgoLensError } from './errors.js'

/**
 * Writes a file so that a reader sees the old content or the new, never a part.
 *
 * @throws the file system's errors; the old content is then still there
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(content))
}

/** As writeAtomic, for what is written piece by piece: a temporary file beside it, fsync, rename, fsync of the directory. */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Reads and parses a JSON file; a syntax error names the file. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EgoLensError('file/unreadable', error.code === 'ENOENT' ? 'no such file' : error.message, { where: path })
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new EgoLensError('file/not-json', (error as Error).message, { where: path })
  }
}
