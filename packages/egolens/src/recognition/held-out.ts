import { groupBySource } from '../datasets/dataset.js'
import { detectionFile } from '../datasets/detections.js'
import { openDataset } from '../datasets/registry.js'
import type { Dataset, LabelSets, UntrimmedVideo } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { DetectionFile } from '../hands/formats.js'
import { readAdapterInfo } from '../training/adapter.js'
import { type DataSpec, type Recipe, readerOptions, readRecipe } from '../training/recipe.js'
import { openSpec } from '../training/resources.open.js'
import { runPaths } from '../training/run-directory.js'

/** Whole videos in which every action is annotated, neither trained nor tested on. */
export interface HeldOut {
  videos: UntrimmedVideo[]
  /** The file of detections of a video's source, if there is one. */
  detections(source: string): DetectionFile | string | undefined
}

/**
 * The videos to calibrate runs on: a split of the dataset that they were trained on, or a table of own clips.
 *
 * @param runs their directories
 * @throws EgoLensError `recognition/not-held-out` for a split that was trained or is tested on; the dataset's errors
 * @example
 * const runs = ['runs/verb', 'runs/noun']
 * const { videos } = await heldOutVideos(runs, { clips: 'whole-videos.csv' })
 * await calibrateRuns(runs, videos, { hands: { provider: 'ssd' } })
 */
export async function heldOutVideos(
  runs: readonly string[],
  wanted: { split: string } | { clips: string },
): Promise<HeldOut> {
  if ('clips' in wanted) return ownVideos(await trainedLabels(runs), wanted.clips)
  const recipes = await Promise.all(runs.map((run) => readRecipe(runPaths(run).recipe)))
  for (const recipe of recipes) refuseUsed(recipe, wanted.split)
  const dataset = await openSpec({ ...recipes[0]!.data.train, split: wanted.split })
  return untrimmedVideos(dataset, wanted.split)
}

function refuseUsed({ name, data }: Recipe, split: string): void {
  const place = (spec: DataSpec) => JSON.stringify([spec.dataset, readerOptions(spec)])
  const used = [data.train, ...data.test].find((spec) => spec.split === split && place(spec) === place(data.train))
  if (!used) return
  const how = used === data.train ? 'trained' : 'tested'
  throw new EgoLensError('recognition/not-held-out', `${name} is ${how} on the split "${split}"`, {
    cure: 'calibrate on videos that are in neither: another split, or a table of own clips',
  })
}

async function trainedLabels(runs: readonly string[]): Promise<LabelSets> {
  const infos = await Promise.all(runs.map(readAdapterInfo))
  return Object.assign({}, ...infos.map((info) => info.labels))
}

/** A label is an index in the classes of training, whatever the table holds. */
async function ownVideos(labels: LabelSets, file: string): Promise<HeldOut> {
  const classes = Object.fromEntries(Object.entries(labels).map(([component, set]) => [component, set.names]))
  const component = labels.noun ? 'noun' : 'verb'
  const dataset = await openDataset('own', { file, component, classes })
  return heldOut(dataset, groupBySource(dataset.splits.flatMap((split) => dataset.clips(split))))
}

/** The untrimmed videos of splits of a dataset, with their files of detections. */
export function untrimmedVideos(dataset: Dataset, ...splits: string[]): HeldOut {
  return heldOut(
    dataset,
    splits.flatMap((split) => dataset.untrimmed(split)),
  )
}

function heldOut(dataset: Dataset, videos: UntrimmedVideo[]): HeldOut {
  const files = new Map(videos.map(({ source, id }) => [source, detectionFile(dataset, id)]))
  return { videos, detections: (source) => files.get(source) }
}
