import { join } from 'node:path'
import { disk } from '../../files/disk.js'
import { withLock } from '../../files/lock.js'
import { snapshot } from '../cache.js'
import { type Blob, diskFault, fetchBlob, incompletePath } from './blob.js'
import { HubFault } from './fault.js'
import { isLoadable, pickledWeights } from './pickled.js'
import type { Plan } from './plan.js'
import type { PulledModel } from './pulled.js'
import type { Asked } from './refusal.js'
import type { Connection } from './request.js'
import type { Patience } from './retry.js'
import type { HubSettings } from './settings.js'
import { type ModelPlaces, modelPlaces, pointRevision, sizeOf, writeSnapshot } from './snapshot.js'
import { checkSpace, type StatFs } from './space.js'
import type { Teller } from './teller.js'

/** What the files of a plan are fetched with. */
export interface Work {
  asked: Asked
  settings: HubSettings
  connection: Connection
  patience: Patience
  teller: Teller
  statfs: StatFs
  /** True where only named files are wanted: a revision that points at a whole model is not moved to a part of one. */
  some: boolean
}

/**
 * Brings the files of a plan that are not in the cache yet, then makes the snapshot.
 *
 * @throws HubFault `hub/no-space`, `hub/unwritable` and those of `fetchBlob`
 */
export async function carryOut(plan: Plan, work: Work): Promise<PulledModel> {
  const places = modelPlaces(work.asked.name, work.settings.cache)
  try {
    return await fetchAll(plan, work, places)
  } catch (error) {
    throw diskFault(error, places.blob(''))
  }
}

async function fetchAll(plan: Plan, work: Work, places: ModelPlaces): Promise<PulledModel> {
  const { name, revision } = work.asked
  const made = disk().makeDirectory(places.folder)
  await made.catch((error: NodeJS.ErrnoException) => {
    throw new HubFault('hub/unwritable', error.message, {
      where: places.folder,
      cure: 'name another folder in HF_HOME',
    })
  })
  const absent = await absentFiles(plan, places)
  const missing = [...new Map(absent.map(({ blob, path }) => [blob.etag, { blob, path }])).values()]
  const begun = await Promise.all(missing.map(({ blob }) => begunBytes(blob, places)))
  const total = missing.reduce((sum, { blob }) => sum + blob.bytes, 0)
  const there = begun.reduce((sum, bytes) => sum + bytes, 0)
  await checkSpace(places.folder, total - there, work.statfs)
  work.teller.begin(total, there)
  for (const [i, { blob, path }] of missing.entries()) {
    work.teller.file(path, begun[i]!)
    await fetchLocked(blob, path, places, work)
    work.teller.fileDone(blob.bytes)
  }
  const dir = await writeSnapshot(plan, places)
  if (!work.some || (await isLoadable(dir)) || (await snapshot(name, revision, work.settings.cache)) === undefined) {
    await pointRevision(revision, plan.commit, places)
  }
  const paths = plan.files.map((file) => file.path)
  return {
    name,
    revision,
    commit: plan.commit,
    dir,
    files: plan.files.map((file) => ({
      path: file.path,
      bytes: file.blob.bytes,
      source: absent.includes(file) ? 'hub' : 'cache',
    })),
    bytes: plan.files.reduce((sum, { blob }) => sum + blob.bytes, 0),
    fetched: work.teller.fetched,
    pickled: await pickledWeights(dir, paths),
  }
}

/** Files of which neither the blob nor, where links are not to be had, a copy in the snapshot is there. */
async function absentFiles(plan: Plan, places: ModelPlaces): Promise<Plan['files']> {
  const found = await Promise.all(
    plan.files.map(async ({ path, blob }) => {
      const sizes = [sizeOf(places.blob(blob.etag)), sizeOf(join(places.snapshot(plan.commit), path))]
      return (await Promise.all(sizes)).includes(blob.bytes)
    }),
  )
  return plan.files.filter((_, i) => !found[i])
}

async function begunBytes(blob: Blob, places: ModelPlaces): Promise<number> {
  const bytes = (await sizeOf(incompletePath(places.blob(blob.etag)))) ?? 0
  return bytes > blob.bytes ? 0 : bytes
}

async function fetchLocked(blob: Blob, path: string, places: ModelPlaces, work: Work): Promise<void> {
  const { connection, patience, teller, asked } = work
  const place = places.blob(blob.etag)
  const locking = {
    signal: connection.signal,
    poll: 200,
    onWait: () => teller.note(`another process fetches ${path}`),
  }
  await withLock(
    places.lock(blob.etag),
    async () => {
      const size = await sizeOf(place)
      if (size === blob.bytes) return
      if (size !== undefined) await disk().remove(place)
      await fetchBlob(blob, place, connection, patience, { ...asked, file: path }, teller.arrived)
    },
    locking,
  )
}
