import { stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { disk } from '../../files/disk.js'
import { temporaryName, writeAtomic } from '../../files.js'
import { modelFolder } from '../cache.js'
import type { Plan } from './plan.js'

/** Where the parts of a model lie in the cache that the Hugging Face tools share. */
export interface ModelPlaces {
  folder: string
  blob(etag: string): string
  snapshot(commit: string): string
  lock(etag: string): string
}

export function modelPlaces(name: string, cache: string): ModelPlaces {
  const folder = modelFolder(name, cache)
  return {
    folder,
    blob: (etag) => join(folder, 'blobs', etag),
    snapshot: (commit) => join(folder, 'snapshots', commit),
    lock: (etag) => join(cache, '.locks', `models--${name.replaceAll('/', '--')}`, `${etag}.egolens.lock`),
  }
}

/**
 * Makes the snapshot of a commit from blobs that are all there.
 *
 * @returns the snapshot's directory
 */
export async function writeSnapshot(plan: Plan, places: ModelPlaces): Promise<string> {
  const dir = places.snapshot(plan.commit)
  for (const { path, blob } of plan.files) {
    const link = join(dir, path)
    if ((await sizeOf(link)) === blob.bytes) continue
    await disk().makeDirectory(dirname(link))
    await pointTo(places.blob(blob.etag), link)
    await disk().syncDirectory(dirname(link))
  }
  return dir
}

/** Lets a revision point at a commit, from then on. */
export async function pointRevision(revision: string, commit: string, places: ModelPlaces): Promise<void> {
  if (revision !== commit) await writeAtomic(join(places.folder, 'refs', revision), commit)
}

/** A relative link, as the folder may be moved or mounted elsewhere; a copy where links are not to be had. */
async function pointTo(blob: string, link: string): Promise<void> {
  const temporary = temporaryName(link)
  try {
    await disk()
      .symlink(relative(dirname(link), blob), temporary)
      .catch((error: NodeJS.ErrnoException) => {
        if (!/^(EPERM|ENOSYS|ENOTSUP|EOPNOTSUPP)$/.test(error.code ?? '')) throw error
        return disk().copy(blob, temporary)
      })
    await disk().rename(temporary, link)
  } catch (error) {
    await disk()
      .remove(temporary)
      .catch(() => {})
    throw error
  }
}

/** Length of a file or of what a link points at. */
export const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (s) => (s.isFile() ? s.size : undefined),
    () => undefined,
  )
