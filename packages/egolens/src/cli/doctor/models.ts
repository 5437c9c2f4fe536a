import { basename } from 'node:path'
import { EgoLensError } from '../../errors.js'
import { cachedModels, embedded, snapshot } from '../../weights/cache.js'
import { weightFiles } from '../../weights/files.js'
import { proxyFor } from '../../weights/hub/proxy.js'
import { hubSettings } from '../../weights/hub/settings.js'
import type { Finding } from './finding.js'
import { unreadable } from './safetensors.js'

/** The CLIP that comes with the toolkit. */
export async function smallClip(dir = embedded.small!): Promise<Finding> {
  const name = 'small CLIP'
  const cure = 'install egolens again; in a checkout: git checkout packages/egolens/assets'
  try {
    const [file] = await weightFiles(dir)
    const fault = await unreadable(file!)
    return fault ? { name, status: 'fail', value: fault, cure } : { name, status: 'ok', value: 'whole' }
  } catch (error) {
    return { name, status: 'fail', value: (error as Error).message, cure }
  }
}

/** How a hub would be asked. It is not: a doctor makes no connection. */
export async function hub(env: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const { endpoint, offline, token } = await hubSettings({ env })
  const how = offline ? 'offline (HF_HUB_OFFLINE)' : token() === undefined ? 'without a token' : 'with a token'
  const proxy = proxyFor(endpoint.startsWith('https:') ? 'https' : 'http', env)
  const through = proxy && !offline ? `, through ${proxy.host}` : ''
  return { name: 'hub', status: 'ok', value: `${endpoint}, ${how}${through}` }
}

/** Models of the cache, with those that a broken download left in pieces. */
export async function cachedModelsWhole(): Promise<Finding[]> {
  const names = await cachedModels()
  const broken: Finding[] = []
  for (const name of names) {
    const dir = await snapshot(name)
    if (dir === undefined) continue
    const fault = await faultOf(dir)
    if (!fault) continue
    const cure = fault.cure ?? `egolens models pull ${name}`
    broken.push({ name: 'model', status: 'warn', value: `${name}: ${fault.value}`, cure })
  }
  const value = names.length > 0 ? `${names.join(', ')} in the cache` : 'none in the cache'
  return [{ name: 'models', status: 'ok', value }, ...broken]
}

async function faultOf(dir: string): Promise<{ value: string; cure?: string } | undefined> {
  try {
    for (const file of await weightFiles(dir)) {
      const fault = await unreadable(file)
      if (fault) return { value: `${basename(file)}: ${fault}` }
    }
    return undefined
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return { value: error.message, ...(error.cure ? { cure: error.cure } : {}) }
  }
}
