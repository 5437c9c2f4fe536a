import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clip, LabelSet, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { exists, readJson } from '../files/read.js'
import { removeDirectory, writeAtomic } from '../files.js'
import type { Method } from '../methods/types.js'
import { readAdapterInfo } from './adapter.js'
import type { TrainingData } from './data.js'
import { streamsOf } from './loader.js'
import { type Recipe, recipeHash } from './recipe.js'
import type { Resources } from './resources.js'
import { differences, runPaths } from './run-directory.js'

/** What a run's numbers stand on besides its recipe, by name: keys of features, hashes of clips. */
export type Inputs = Record<string, string>

const inputsSchema = z.record(z.string(), z.string())

/** The keys of the features that a method reads; weights, crop rule, time grid and number type are in them. */
export function featureKeys({ needs }: Method, { features }: Resources): Inputs {
  return Object.fromEntries(streamsOf(needs).map((s) => [`features ${s.encoder} ${s.view}`, features.key(s)]))
}

/** Names a list of clips with their times and labels. */
export function splitHash(clips: readonly Clip[]): string {
  const hash = createHash('sha256')
  for (const { id, start, end, verb, noun } of clips) hash.update(`${JSON.stringify([id, start, end, verb, noun])}\n`)
  return hash.digest('hex').slice(0, 16)
}

/** Names a list of classes, in their order. */
function classesHash({ names }: LabelSet): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)
}

/** Hashes of the lists of classes that a run learns, by the name that its inputs have them under. */
const classesOf = (labels: LabelSets): Inputs =>
  Object.fromEntries(Object.values(labels).map((set) => [`${set.component} classes`, classesHash(set)]))

/** What a run has written down of its inputs, or undefined where there is nothing. @throws as {@link readJson} */
async function writtenInputs(directory: string): Promise<unknown> {
  const { inputs } = runPaths(directory)
  return (await exists(inputs)) ? readJson(inputs) : undefined
}

/** Which of these lists of classes are not those that a run was begun on; none where that was not written down. */
export async function otherClasses(directory: string, labels: LabelSets): Promise<string[]> {
  const begun = inputsSchema.parse((await writtenInputs(directory)) ?? {})
  return Object.entries(classesOf(labels)).flatMap(([name, hash]) =>
    begun[name] === undefined || begun[name] === hash ? [] : [name],
  )
}

/**
 * Removes a finished run of another recipe, or one that was trained on other weights or other crops than these: for
 * those who make a series of runs again and own its folder.
 * @returns whether the folder holds a finished run on these
 */
export async function discardOther(directory: string, recipe: Recipe, { backbone, crop }: Resources): Promise<boolean> {
  const before = await readAdapterInfo(directory).catch(() => undefined)
  if (!before) return false
  const fits =
    before.recipe === recipeHash(recipe) &&
    before.backbone.image.hash === backbone.image.hash &&
    before.backbone.contextImage.hash === backbone.context.hash &&
    before.features.crop === crop
  if (!fits) await removeDirectory(directory)
  return fits
}

/** What a training run stands on. Pixels are the same whatever the weights that see them. */
export function trainingInputs(method: Method, { train, validation }: TrainingData, resources: Resources): Inputs {
  const { image } = resources.backbone
  return {
    ...featureKeys(method, resources),
    ...(method.needs.clip === 'pixels' ? { 'image encoder': `${image.hash} ${image.compute ?? 'float32'}` } : {}),
    'training clips': splitHash(train.clips),
    ...classesOf(train.labels),
    ...(validation ? { 'validation clips': splitHash(validation.clips) } : {}),
  }
}

/**
 * Writes down what a new run stands on; holds a resumed one against it.
 * @throws EgoLensError `run/other-inputs` naming what differs: the rest of the run would not be of one piece
 */
export async function keepInputs(directory: string, inputs: Inputs): Promise<void> {
  const begun = await writtenInputs(directory)
  if (begun === undefined) return writeAtomic(runPaths(directory).inputs, `${JSON.stringify(inputs, null, 2)}\n`)
  // A run that was begun by an older version did not write its classes down.
  const other = differences(begun, inputs).filter((line) => !/^\w+ classes absent -> /.test(line))
  if (other.length === 0) return
  throw new EgoLensError('run/other-inputs', `the run was begun on other data or weights: ${other.join(', ')}`, {
    where: directory,
    cure: 'bring back what it was begun on, or name another directory',
  })
}
