import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { cachedModels, hubCache, isDirectory, snapshot } from './cache.js'

/**
 * Finds the directory of a trained adapter from what a user says: a run's directory, or the name of a repository in the
 * Hugging Face cache that holds `adapter.json`, with a revision after `@` where it is not `main`.
 *
 * @throws EgoLensError `adapter/not-found`, with the cure
 * @example
 * await resolveRun('runs/x-mic-kitchen-noun')
 * await resolveRun('my-group/x-mic-kitchen-noun')
 */
export async function resolveRun(nameOrDir: string): Promise<string> {
  if (await isDirectory(nameOrDir)) return resolve(nameOrDir)
  const [, name, revision] = /^([\w-][\w.-]*(?:\/[\w-][\w.-]*)?)(?:@([\w-][\w./-]*))?$/.exec(nameOrDir) ?? []
  if (name === undefined || isAbsolute(nameOrDir)) {
    throw new EgoLensError('adapter/not-found', `no run "${nameOrDir}"`, {
      cure: 'name the directory of a run that is trained, or an adapter in the Hugging Face cache',
    })
  }
  const dir = await snapshot(name, revision)
  if (dir !== undefined && (await isAdapter(dir))) return dir
  const cure = `egolens models pull ${nameOrDir}`
  if (dir !== undefined) {
    throw new EgoLensError('adapter/not-found', `"${nameOrDir}" is in the cache, but without adapter.json`, {
      where: dir,
      cure: `${cure}, if it is an adapter`,
    })
  }
  const similar = nearest(name, await cachedAdapters())
  const hint = similar.length > 0 ? `; there are ${similar.join(', ')}` : ''
  throw new EgoLensError('adapter/not-found', `no run "${nameOrDir}", and none in the cache${hint}`, {
    where: hubCache(),
    cure,
  })
}

async function cachedAdapters(): Promise<string[]> {
  const names = await cachedModels()
  const dirs = await Promise.all(names.map((name) => snapshot(name)))
  const are = await Promise.all(dirs.map((dir) => dir !== undefined && isAdapter(dir)))
  return names.filter((_, i) => are[i])
}

const isAdapter = (dir: string) =>
  stat(join(dir, 'adapter.json')).then(
    (found) => found.isFile(),
    () => false,
  )
