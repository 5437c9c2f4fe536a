import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Tensor } from '@egolens/torch'
import { safetensors } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { disk } from '../files/disk.js'
import { diskFault, isAbsent } from '../files/fault.js'
import { namesIn, readBytes, readJson, statusOf } from '../files/read.js'
import { createDirectory, removeDirectory, writeAtomic } from '../files.js'
import { saveTensors } from '../weights/save-tensors.js'

/** Where a run is, apart from tensors. */
export const trainingState = z.strictObject({
  /** The recipe that this state belongs to. */
  recipe: z.string(),
  /** Optimiser steps taken. */
  step: z.int().min(0),
  /** The epoch in progress, and how many of its steps are taken: with the seed, the sampler's whole state. */
  epoch: z.int().min(0),
  position: z.int().min(0),
  /** Sums over the epoch in progress. */
  sums: z.strictObject({
    loss: z.number(),
    clips: z.int(),
    correct: z.record(z.string(), z.int()),
    /** Clips with a label, by component; all of them where it is absent. */
    labelled: z.record(z.string(), z.int()).optional(),
  }),
  /** The engine's random state, base64. */
  generator: z.string(),
  /** The best epoch so far, if the recipe selects by validation. */
  best: z.strictObject({ epoch: z.int(), score: z.number() }).optional(),
  /** Bytes of the log that were written up to here. */
  logBytes: z.int().min(0),
  seconds: z.number().min(0),
  /** Of processors, all threads together; absent in checkpoints of before it was measured. */
  processorSeconds: z.number().min(0).optional(),
})
export type TrainingState = z.output<typeof trainingState>

export interface Checkpoint {
  model: Record<string, Tensor>
  optimizer: Record<string, Tensor>
  state: TrainingState
}

const manifestSchema = z.strictObject({
  files: z.record(z.string(), z.strictObject({ size: z.int().min(0), sha256: z.string() })),
})

const MODEL = 'model.safetensors'
const OPTIMIZER = 'optimizer.safetensors'
const STATE = 'state.json'
const MANIFEST = 'manifest.json'
const LATEST = 'latest'

/**
 * Writes `step-<n>/` so that it exists whole or not at all: files into a temporary directory, the manifest with their
 * hashes last, everything synced, one rename. A second checkpoint of a step, such as that of its epoch's end, is
 * `step-<n>.1`: it replaces the first only once it is there.
 *
 * @param keep how many checkpoints stay
 * @throws EgoLensError `disk/...`; the checkpoints before are then as they were
 */
export async function writeCheckpoint(directory: string, { model, optimizer, state }: Checkpoint, keep: number) {
  const name = nameAfter(await list(directory), state.step)
  await createDirectory(join(directory, name), async (temporary) => {
    await saveTensors(join(temporary, MODEL), model)
    await saveTensors(join(temporary, OPTIMIZER), optimizer)
    await writeAtomic(join(temporary, STATE), `${JSON.stringify(state, null, 2)}\n`)
    const files: z.output<typeof manifestSchema>['files'] = {}
    for (const file of [MODEL, OPTIMIZER, STATE]) files[file] = await measure(join(temporary, file))
    await writeAtomic(join(temporary, MANIFEST), `${JSON.stringify({ files }, null, 2)}\n`)
  })
  await writeAtomic(join(directory, LATEST), `${name}\n`)
  await tidyCheckpoints(directory, keep)
}

/** The reason for which a whole checkpoint is passed over. */
export const OTHER_RECIPE = 'it belongs to another recipe'

/** Why a checkpoint was passed over. */
export interface Skipped {
  name: string
  reason: string
}

/**
 * The newest checkpoint of a recipe whose files are all there and unchanged, and those that were passed over.
 * @returns no checkpoint where there is none to go on from
 * @throws EgoLensError `disk/unreadable`, `file/unreadable` where a file is there and cannot be read: going on from an
 * older checkpoint would lose steps that are perhaps not lost
 */
export async function readCheckpoint(
  directory: string,
  recipe: string,
): Promise<{ checkpoint?: Checkpoint; skipped: Skipped[] }> {
  const skipped: Skipped[] = []
  for (const name of (await list(directory)).reverse()) {
    const found = await open(join(directory, name), recipe)
    if (typeof found !== 'string') return { checkpoint: found, skipped }
    skipped.push({ name, reason: found })
  }
  return { skipped }
}

/** A checkpoint of the very bytes that its manifest was held against, or why it is none. */
async function open(directory: string, recipe: string): Promise<Checkpoint | string> {
  try {
    const { files } = manifestSchema.parse(await readJson(join(directory, MANIFEST)))
    const read: Record<string, Buffer> = {}
    for (const file of [MODEL, OPTIMIZER, STATE]) {
      const wanted = files[file]
      if (!wanted) return `${file} is not in its manifest`
      const bytes = await readBytes(join(directory, file))
      if (bytes.length !== wanted.size) return `${file} has ${bytes.length} bytes, its manifest says ${wanted.size}`
      if (hashOf(bytes) !== wanted.sha256) return `${file} was changed or damaged`
      read[file] = bytes
    }
    const state = trainingState.parse(JSON.parse(read[STATE]!.toString('utf8')))
    if (state.recipe !== recipe) return OTHER_RECIPE
    return { model: safetensors.fromBytes(read[MODEL]!), optimizer: safetensors.fromBytes(read[OPTIMIZER]!), state }
  } catch (error) {
    throwUnreadable(error, directory)
    return isAbsent(error) ? absence(error as EgoLensError) : (error as Error).message.split('\n')[0]!
  }
}

/** Without a manifest there is no checkpoint; of the others the name says which one is gone. */
function absence({ message, where = '', cause }: EgoLensError): string {
  const file = basename(where)
  return file === MANIFEST ? message : `${file}: ${message} (${(cause as NodeJS.ErrnoException).code})`
}

function throwUnreadable(error: unknown, directory: string): void {
  if (!(error instanceof EgoLensError) || !error.code.endsWith('/unreadable') || isAbsent(error)) return
  throw new EgoLensError(error.code, error.message, {
    where: error.where,
    cure: `go on with --resume when it can be read; to go on from the checkpoint before it, move ${directory} away`,
    cause: error.cause,
  })
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function measure(path: string): Promise<{ size: number; sha256: string }> {
  const bytes = await readBytes(path)
  return { size: bytes.length, sha256: hashOf(bytes) }
}

const pattern = /^step-(\d+)(?:\.(\d+))?$/

const orderOf = (name: string): [step: number, again: number] => {
  const [, step, again = 0] = pattern.exec(name)!
  return [Number(step), Number(again)]
}

/** Names of checkpoints, in order of writing. */
async function list(directory: string): Promise<string[]> {
  const names = (await namesIn(directory)).filter((name) => pattern.test(name))
  const compare = ([a, i]: [number, number], [b, j]: [number, number]) => a - b || i - j
  return names.sort((a, b) => compare(orderOf(a), orderOf(b)))
}

function nameAfter(names: readonly string[], step: number): string {
  const name = `step-${String(step).padStart(7, '0')}`
  const last = names.filter((other) => orderOf(other)[0] === step).at(-1)
  return last === undefined ? name : `${name}.${orderOf(last)[1] + 1}`
}

/** Clears away what is too old, what a later checkpoint of the same step replaces, and what was cut off. */
export async function tidyCheckpoints(directory: string, keep: number): Promise<void> {
  const names = await list(directory)
  const steps = names.map((name) => orderOf(name)[0])
  const newest = names.filter((_, i) => steps[i] !== steps[i + 1])
  const stay = new Set(newest.slice(-keep))
  for (const name of names.filter((one) => !stay.has(one))) await removeDirectory(join(directory, name))
  const cutOff = (await namesIn(directory)).filter((name) => name.endsWith('.tmp'))
  for (const name of cutOff) await disk().remove(join(directory, name))
}

/** Brings a log back to the length it had at a checkpoint, so that a resumed run does not repeat lines. */
export async function cutLog(path: string, bytes: number): Promise<void> {
  const size = await statusOf(path).then(
    (status) => status.size,
    (error: unknown) => {
      if (!isAbsent(error)) throw error
      return 0
    },
  )
  if (size <= bytes) return
  await disk()
    .truncate(path, bytes)
    .catch((error: unknown) => {
      throw diskFault(error, path)
    })
}
