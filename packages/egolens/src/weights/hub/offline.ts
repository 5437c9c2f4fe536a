import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { snapshot } from '../cache.js'
import { chooseFiles, type Wanted } from './choose.js'
import { HubFault } from './fault.js'
import { sizeOf } from './snapshot.js'

/** A model as it lies in the cache. */
export interface CachedSnapshot {
  dir: string
  files: { path: string; bytes: number }[]
}

/**
 * What a pull gives without a connection: the wanted files, if the cache has them.
 *
 * @throws HubFault `hub/offline`
 */
export async function cachedSnapshot(
  name: string,
  revision: string,
  wanted: Wanted,
  cache: string,
): Promise<CachedSnapshot> {
  const dir = await snapshot(name, revision, cache)
  if (dir === undefined) throw offline(`${name} at ${revision} is not in the cache`, cache)
  const sizes = new Map<string, number>()
  for (const path of await readdir(dir, { recursive: true })) {
    const bytes = await sizeOf(join(dir, path))
    if (bytes !== undefined) sizes.set(path.replaceAll('\\', '/'), bytes)
  }
  try {
    const files = chooseFiles([...sizes.keys()].sort(), wanted)
    return { dir, files: files.map((path) => ({ path, bytes: sizes.get(path)! })) }
  } catch (error) {
    if (!(error instanceof HubFault)) throw error
    throw offline(`not all of ${name} at ${revision} is in the cache: ${error.message}`, dir)
  }
}

function offline(message: string, where: string): HubFault {
  return new HubFault('hub/offline', `${message}, and HF_HUB_OFFLINE forbids to ask the hub`, {
    where,
    cure: 'unset HF_HUB_OFFLINE, or pull on a machine with a connection and copy the cache',
  })
}
