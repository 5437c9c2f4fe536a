import { isAbsolute, resolve } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { cachedModels, embedded, hubCache, isDirectory, snapshot } from './cache.js'

/** Where the weights of a model were found. */
export interface ResolvedWeights {
  /** What was asked for. */
  name: string
  /** The directory with config.json and the weight files. */
  dir: string
  source: 'embedded' | 'directory' | 'hub'
}

/**
 * Finds a model's directory from what a recipe or a user says: the short name of an embedded model (`small`), a
 * directory, or a name in the Hugging Face cache, with a revision after `@` where it is not `main`.
 *
 * @throws EgoLensError `weights/not-found`, with the cure
 * @example
 * const { dir } = await resolveWeights('openai/clip-vit-base-patch16')
 */
export async function resolveWeights(nameOrDir: string): Promise<ResolvedWeights> {
  const own = Object.hasOwn(embedded, nameOrDir) ? embedded[nameOrDir] : undefined
  if (own !== undefined) {
    if (await isDirectory(own)) return { name: nameOrDir, dir: own, source: 'embedded' }
    throw new EgoLensError('weights/not-found', `the embedded model "${nameOrDir}" is not in this installation`, {
      where: own,
      cure: `rebuild it with npm run build:${nameOrDir === 'small' ? 'small-clip' : nameOrDir}`,
    })
  }
  if (await isDirectory(nameOrDir)) return { name: nameOrDir, dir: resolve(nameOrDir), source: 'directory' }
  if (!looksLikeHubName(nameOrDir)) {
    throw new EgoLensError('weights/not-found', `no directory "${nameOrDir}"`, {
      cure: 'name a directory with config.json and model.safetensors, a hub name such as openai/clip-vit-base-patch16, or "small"',
    })
  }
  const [name, revision] = splitRevision(nameOrDir)
  const dir = await snapshot(name, revision)
  if (dir !== undefined) return { name: nameOrDir, dir, source: 'hub' }
  const similar = nearest(name, [...Object.keys(embedded), ...(await cachedModels())])
  const there = similar.includes(name) ? `${name} is there, at other revisions` : `there are ${similar.join(', ')}`
  const hint = similar.length > 0 ? `; ${there}` : ''
  throw new EgoLensError('weights/not-found', `no weights named "${nameOrDir}"${hint}`, {
    where: hubCache(),
    cure: `egolens models pull ${nameOrDir}`,
  })
}

function looksLikeHubName(text: string): boolean {
  return !isAbsolute(text) && /^[\w.-]+(\/[\w.-]+)?(@[\w./-]+)?$/.test(text) && !text.startsWith('.')
}

function splitRevision(text: string): [string, string | undefined] {
  const at = text.indexOf('@')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
