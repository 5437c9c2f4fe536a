import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EgoLensError } from '../errors.js'

/**
 * sha256 of what a source holds, as hex: the bytes of a file; of a folder the name, size and bytes of each of its
 * files in the order of their names. Nothing is kept: the same bytes give the same hash wherever they lie.
 */
export async function contentHash(source: string): Promise<string> {
  const status = await stat(source).catch(() => undefined)
  if (!status) throw new EgoLensError('video/not-found', 'there is no such file or folder', { where: source })
  const hash = createHash('sha256')
  if (!status.isDirectory()) {
    await addFile(hash, source)
    return hash.digest('hex')
  }
  const files = (await readdir(source, { withFileTypes: true })).filter((entry) => entry.isFile())
  for (const name of files.map((entry) => entry.name).sort()) {
    const path = join(source, name)
    hash.update(`${name}\0${(await stat(path)).size}\0`)
    await addFile(hash, path)
  }
  return hash.digest('hex')
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
}
