import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findPlace, reading } from './place.js'

/**
 * sha256 of what a source holds, as hex: the bytes of a file; of a folder the name, size and bytes of each of its
 * files in the order of their names. Nothing is kept: the same bytes give the same hash wherever they lie, and a link
 * counts as what it leads to. Throws `video/not-found`, `video/not-a-file` and `video/unreadable`.
 */
export async function contentHash(source: string): Promise<string> {
  const { path, status } = await findPlace(source)
  const hash = createHash('sha256')
  await reading(source, () => (status.isDirectory() ? addFolder(hash, path) : addFile(hash, path)))
  return hash.digest('hex')
}

async function addFolder(hash: Hash, folder: string): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const status = await stat(path).catch(() => undefined)
    if (!status?.isFile()) continue
    hash.update(`${name}\0${status.size}\0`)
    await addFile(hash, path)
  }
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
}
