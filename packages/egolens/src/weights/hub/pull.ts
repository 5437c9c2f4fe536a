import { statfs } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Progress, silent } from '../../progress.js'
import { embedded, snapshot } from '../cache.js'
import { carryOut } from './carry-out.js'
import { HubFault } from './fault.js'
import { checkRevision, parseModelName } from './names.js'
import { cachedSnapshot } from './offline.js'
import { pickledWeights } from './pickled.js'
import { makePlan } from './plan.js'
import { fetchThroughProxy } from './proxy.js'
import type { PulledModel } from './pulled.js'
import type { Asked } from './refusal.js'
import type { Connection } from './request.js'
import { type Patience, pause } from './retry.js'
import { type HubSettings, hubSettings } from './settings.js'
import type { StatFs } from './space.js'
import { withSuggestions } from './suggest.js'
import { Teller } from './teller.js'

export interface PullOptions {
  /** Branch, tag or commit. Default `main`, or what follows `@` in the name. */
  revision?: string
  /** Another hub than that of `HF_ENDPOINT`. */
  endpoint?: string
  /** Another cache than that of `HF_HOME` and `HF_HUB_CACHE`. */
  cache?: string
  /** Patterns of the files to pull, instead of what is needed to load the model. */
  include?: readonly string[]
  /** Paths of files to pull, in full. */
  files?: readonly string[]
  progress?: Progress
  signal?: AbortSignal
  /** Milliseconds without a byte after which a try is given up. Default 30 s, or `HF_HUB_DOWNLOAD_TIMEOUT` seconds. */
  stallTimeout?: number
  /** Tries in a row that bring nothing. Default 6. */
  attempts?: number
  env?: NodeJS.ProcessEnv
  fetch?: typeof fetch
  statfs?: StatFs
  wait?: Patience['wait']
}

/**
 * Pulls a model from a Hugging Face hub, or a mirror of one, into the cache that other tools share. What is there is
 * not fetched again; what broke off goes on; nothing is in its place before its checksum has been verified.
 *
 * @throws EgoLensError with a code `hub/...`; the signal's reason
 * @example
 * const { dir } = await pullModel('openai/clip-vit-base-patch16')
 */
export async function pullModel(nameAndRevision: string, options: PullOptions = {}): Promise<PulledModel> {
  const parsed = parseModelName(nameAndRevision)
  const revision = checkRevision(options.revision ?? parsed.revision ?? 'main')
  if (parsed.revision !== undefined && parsed.revision !== revision) {
    throw new HubFault('hub/bad-name', `two revisions are asked for, ${parsed.revision} and ${revision}`, {
      cure: 'give one, after @ or as --revision',
    })
  }
  const asked: Asked = { name: parsed.name, revision }
  if (Object.hasOwn(embedded, parsed.name)) {
    throw new HubFault('hub/bad-name', `"${parsed.name}" comes with the toolkit`, { cure: 'there is nothing to pull' })
  }
  const settings = await hubSettings(options)
  if (settings.offline) return fromCache(asked, options, settings)
  const connection = await connect(settings, options)
  const teller = new Teller(asked.name, options.progress ?? silent)
  const patience: Patience = {
    attempts: options.attempts ?? 6,
    wait: options.wait ?? pause,
    ...(options.signal ? { signal: options.signal } : {}),
    onRetry: (fault, wait) => teller.note(`again in ${Math.ceil(wait / 1000)} s: ${fault.message}`),
  }
  const some = (options.include ?? []).length + (options.files ?? []).length > 0
  for (let again = false; ; again = true) {
    try {
      const plan = await makePlan(asked, options, connection, patience)
      return await carryOut(plan, {
        asked,
        settings,
        connection,
        patience,
        teller,
        statfs: options.statfs ?? statfs,
        some,
      })
    } catch (error) {
      if (!(error instanceof HubFault)) throw error
      if (error.code === 'hub/changed' && !again) continue
      if (error.transient) throw await withCached(error, asked, settings.cache)
      if (error.code === 'hub/not-found') throw await withSuggestions(error, asked.name, connection, settings.cache)
      throw error
    }
  }
}

/** Says so where the model of a hub that does not answer is in the cache all the same. */
async function withCached(fault: HubFault, { name, revision }: Asked, cache: string): Promise<HubFault> {
  const dir = await snapshot(name, revision, cache)
  if (dir === undefined) return fault
  return new HubFault(fault.code as `hub/${string}`, fault.message, {
    ...(fault.where === undefined ? {} : { where: fault.where }),
    cure: `${fault.cure ?? 'try again later'}; the cache has ${name} as of commit ${basename(dir)}`,
    transient: true,
  })
}

async function connect(settings: HubSettings, options: PullOptions): Promise<Connection> {
  const env = options.env ?? process.env
  const seconds = Number(env.HF_HUB_DOWNLOAD_TIMEOUT)
  return {
    endpoint: settings.endpoint,
    token: settings.token,
    fetch: options.fetch ?? (await fetchThroughProxy(env)),
    stallTimeout: options.stallTimeout ?? (seconds > 0 ? 1000 * seconds : 30_000),
    ...(options.signal ? { signal: options.signal } : {}),
  }
}

async function fromCache(asked: Asked, options: PullOptions, settings: HubSettings): Promise<PulledModel> {
  const { dir, files } = await cachedSnapshot(asked.name, asked.revision, options, settings.cache)
  return {
    ...asked,
    commit: basename(dir),
    dir,
    files: files.map((file) => ({ ...file, source: 'cache' })),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    fetched: 0,
    pickled: await pickledWeights(
      dir,
      files.map((file) => file.path),
    ),
  }
}
