import type { Dataset } from '../../datasets/types.js'
import type { Result } from '../../evaluation/result.js'
import type { Progress } from '../../progress.js'
import {
  discardOther,
  evaluateRun,
  extractInProcesses,
  openResources,
  type Recipe,
  type RecipeInput,
  type Resources,
  resolveRecipe,
  train,
} from '../../training/index.js'
import { demoPaths, everything, type Place, places, xMicRecipe, zeroShotRecipe } from './plan.js'

export interface DemoWork {
  folder: string
  progress: Progress
  signal: AbortSignal
}

/** What all runs of the demo share. */
export async function openDemo(folder: string): Promise<{ resources: Resources; datasets: Map<string, Dataset> }> {
  const resources = await openResources(resolveRecipe(zeroShotRecipe(folder, places[0])))
  const datasets = new Map<string, Dataset>()
  for (const place of places) {
    const root = demoPaths(folder).world(place.name)
    datasets.set(place.name, await resources.openDataset({ dataset: place.dataset, split: 'train', root }))
  }
  return { resources, datasets }
}

/** Features of all clips of both places, in one go, so that the time left is right. */
export async function findFeatures({ folder, progress, signal }: DemoWork): Promise<void> {
  await extractInProcesses(resolveRecipe(everything(folder)), { progress, signal })
}

/** Every run that the demo makes, in order. */
export function demoRuns(folder: string, epochs: number): { input: RecipeInput; dir: string }[] {
  const paths = demoPaths(folder)
  const trained = places.flatMap((place: Place) =>
    (['noun', 'verb'] as const).map((component) => ({
      input: xMicRecipe(folder, place, component, epochs),
      dir: paths.run(place.name, component),
    })),
  )
  return [{ input: zeroShotRecipe(folder, places[0]), dir: paths.zeroShot(places[0].name) }, ...trained]
}

/** Trains one run, or goes on with it, and scores it on both places. */
export async function runOne(
  { progress, signal }: DemoWork,
  resources: Resources,
  { input, dir }: { input: RecipeInput; dir: string },
): Promise<{ recipe: Recipe; result: Result; dir: string }> {
  const recipe = resolveRecipe(input)
  await discardOther(dir, recipe, resources) // such as one of an earlier version of EgoLens
  await train(recipe, { dir, resume: true, resources, progress, signal })
  return { recipe, dir, result: await evaluateRun(dir, { resources, progress, signal }) }
}
