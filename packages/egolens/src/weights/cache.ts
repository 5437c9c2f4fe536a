import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the models that come with the toolkit lie; the key is the short name that recipes use. */
export const embedded: Readonly<Record<string, string>> = {
  small: fileURLToPath(new URL('../../assets/small-clip', import.meta.url)),
  'small-lm': fileURLToPath(new URL('../../assets/small-lm', import.meta.url)),
}

/**
 * The folder of the Hugging Face cache that is shared with other tools: `HF_HUB_CACHE`, or `hub` under `HF_HOME`,
 * or `~/.cache/huggingface/hub` (under `XDG_CACHE_HOME` where that is set).
 */
export function hubCache(env: NodeJS.ProcessEnv = process.env): string {
  return env.HF_HUB_CACHE || join(hubHome(env), 'hub')
}

/** The folder that the Hugging Face tools share: the cache of models, and the token of who is signed in. */
export function hubHome(env: NodeJS.ProcessEnv = process.env): string {
  return env.HF_HOME || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'huggingface')
}

/** The cache's folder of a model: `org/name` is kept as `models--org--name`. */
export function modelFolder(name: string, cache = hubCache()): string {
  return join(cache, `models--${name.replaceAll('/', '--')}`)
}

/**
 * The snapshot that a revision points at (a branch, a tag, a commit or the beginning of one), or undefined where it
 * is not there.
 */
export async function snapshot(name: string, revision = 'main', cache = hubCache()): Promise<string | undefined> {
  const folder = modelFolder(name, cache)
  const commit = await readFile(join(folder, 'refs', revision), 'utf8').then(
    (text) => text.trim(),
    () => revision,
  )
  const path = join(folder, 'snapshots', commit)
  if (await isDirectory(path)) return path
  if (!/^[0-9a-f]{7,39}$/.test(revision)) return undefined
  const begin = (await readdir(join(folder, 'snapshots')).catch(() => [])).filter((c) => c.startsWith(revision))
  return begin.length === 1 ? join(folder, 'snapshots', begin[0]!) : undefined
}

/** Names of the models that have at least one snapshot in the cache, sorted. */
export async function cachedModels(cache = hubCache()): Promise<string[]> {
  const names = (await readdir(cache).catch(() => [] as string[]))
    .filter((entry) => entry.startsWith('models--'))
    .map((entry) => entry.slice('models--'.length).replaceAll('--', '/'))
  const there = await Promise.all(
    names.map(async (name) => (await readdir(join(modelFolder(name, cache), 'snapshots')).catch(() => [])).length > 0),
  )
  return names.filter((_, i) => there[i]).sort()
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  )
}
