import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedModels, embedded, isDirectory, snapshot } from './cache.js'
import { weightFiles } from './files.js'

/** A model that can be named in a recipe as it is. */
export interface ModelEntry {
  name: string
  dir: string
  source: 'embedded' | 'hub'
  /**
   * `model_type` of its config.json: clip, dinov2, ...; for an adapter of ours its method, as `x-mic adapter`; undefined
   * where there is neither.
   */
  type?: string
  /** Bytes of the weight files. */
  bytes: number
}

/** What is there without a download: the embedded models, then the Hugging Face cache's. */
export async function listModels(): Promise<ModelEntry[]> {
  const places: { name: string; dir: string; source: ModelEntry['source'] }[] = []
  for (const [name, dir] of Object.entries(embedded)) {
    if (await isDirectory(dir)) places.push({ name, dir, source: 'embedded' })
  }
  for (const name of await cachedModels()) {
    const dir = await snapshot(name)
    if (dir !== undefined) places.push({ name, dir, source: 'hub' })
  }
  return Promise.all(places.map(async (place) => ({ ...place, ...(await describe(place.dir)) })))
}

async function describe(dir: string): Promise<{ type?: string; bytes: number }> {
  const { model_type: model } = (await fieldsOf(join(dir, 'config.json'))) as { model_type?: unknown }
  const { method } = (await fieldsOf(join(dir, 'adapter.json'))) as { method?: unknown }
  const type = typeof model === 'string' ? model : typeof method === 'string' ? `${method} adapter` : undefined
  const files = await weightFiles(dir).catch(() => [])
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return { ...(type === undefined ? {} : { type }), bytes: sizes.reduce((a, b) => a + b, 0) }
}

async function fieldsOf(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}
