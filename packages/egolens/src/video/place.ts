import type { Stats } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EgoLensError } from '../errors.js'

/** A source that can be read: links are followed to what they name. */
export interface Place {
  path: string
  status: Stats
}

/**
 * Throws `video/not-found` (a link that leads nowhere too), and `video/not-a-file` for devices, pipes and sockets, which
 * would be waited for without end.
 */
export async function findPlace(source: string): Promise<Place> {
  const status = await stat(resolve(source)).catch(() => undefined)
  if (!status) {
    const link = await lstat(resolve(source)).catch(() => undefined)
    const message = link ? 'a link to something that is not there' : 'there is no such file or folder'
    throw new EgoLensError('video/not-found', message, { where: source })
  }
  if (!status.isFile() && !status.isDirectory()) {
    throw new EgoLensError('video/not-a-file', 'not a regular file or a folder', {
      where: source,
      cure: 'save the stream or the pipe to a file, and give that',
    })
  }
  return { path: await reading(source, () => realpath(resolve(source))), status }
}

/** Runs work on a file; what the file system complains of becomes an error that names the source. */
export async function reading<T>(source: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw namedFault(source, error)
  }
}

export function namedFault(source: string, error: unknown): unknown {
  if (error instanceof EgoLensError && error.where === undefined) {
    return new EgoLensError(error.code, error.message, { where: source, cure: error.cure, cause: error })
  }
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return error
  return new EgoLensError('video/unreadable', message, { where: source, cause: error })
}

/** Whether a file is another one than when it was looked at. */
export async function changed({ path, status }: Place): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  return now?.size !== status.size || now.mtimeMs !== status.mtimeMs || now.ino !== status.ino
}
