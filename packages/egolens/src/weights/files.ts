import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readJson } from '../files.js'

const shardIndex = z.object({ weight_map: z.record(z.string(), z.string()) })

/**
 * The safetensors files of a model's directory, sorted: `model.safetensors`, or the shards that
 * `model.safetensors.index.json` names, or the only safetensors file there.
 *
 * @throws EgoLensError `weights/no-files`, `weights/bad-index`
 */
export async function weightFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir).catch(() => [] as string[])
  if (entries.includes('model.safetensors')) return [join(dir, 'model.safetensors')]
  if (entries.includes('model.safetensors.index.json')) return shards(dir, entries)
  const loose = entries.filter((entry) => entry.endsWith('.safetensors'))
  if (loose.length === 1) return [join(dir, loose[0]!)]
  const pickled = entries.find((entry) => /\.(bin|pt|pth)$/.test(entry))
  throw new EgoLensError(
    'weights/no-files',
    loose.length > 1 ? `${loose.length} safetensors files and no index` : 'no model.safetensors',
    {
      where: dir,
      cure: pickled ? `egolens models convert ${join(dir, pickled)}` : whereFrom(dir),
    },
  )
}

/** Other tools put single files of a model into the cache: such a snapshot is to be completed. */
function whereFrom(dir: string): string {
  const [, model, commit] = /models--([^/\\]+)[/\\]snapshots[/\\]([^/\\]+)[/\\]?$/.exec(dir) ?? []
  if (model === undefined) return 'name a directory that holds model.safetensors and all its shards'
  return `egolens models pull ${model.replaceAll('--', '/')}@${commit}`
}

async function shards(dir: string, entries: string[]): Promise<string[]> {
  const path = join(dir, 'model.safetensors.index.json')
  const parsed = shardIndex.safeParse(await readJson(path))
  if (!parsed.success) throw new EgoLensError('weights/bad-index', 'not an index of shards', { where: path })
  const names = [...new Set(Object.values(parsed.data.weight_map))].sort()
  const outside = names.find((name) => basename(name) !== name || /^\.*$|[\\:]/.test(name))
  if (outside !== undefined) {
    throw new EgoLensError('weights/bad-index', `the shard "${outside}" is not a file of this directory`, {
      where: path,
    })
  }
  const absent = names.filter((name) => !entries.includes(name))
  if (absent.length > 0) {
    throw new EgoLensError('weights/no-files', `missing shards: ${absent.join(', ')}`, {
      where: dir,
      cure: whereFrom(dir),
    })
  }
  return names.map((name) => join(dir, name))
}

const hashes = new Map<string, Promise<string>>()

/**
 * sha256 of weight files, in hexadecimal, over the files' own digests in order. Kept in memory by path, time of
 * change and size, so that a process reads each file once.
 */
export async function weightHash(files: readonly string[]): Promise<string> {
  const digests = await Promise.all(files.map(fileHash))
  if (digests.length === 1) return digests[0]!
  return createHash('sha256').update(digests.join('\n')).digest('hex')
}

async function fileHash(path: string): Promise<string> {
  const { mtimeMs, size } = await stat(path)
  const key = `${path}\0${mtimeMs}\0${size}`
  let hash = hashes.get(key)
  if (hash === undefined) {
    hash = digest(path)
    hashes.set(key, hash)
    hash.catch(() => hashes.delete(key))
  }
  return hash
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
