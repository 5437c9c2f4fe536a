import { join } from 'node:path'
import type { PlaceName } from '@egolens/world'
import type { Dataset } from '../../datasets/types.js'
import { type Progress, silent } from '../../progress.js'
import { type Recipe, type RecipeInput, resolveRecipe } from '../../training/recipe.js'
import type { Resources } from '../../training/resources.js'
import { openResources } from '../../training/resources.open.js'

export interface CheckOptions {
  /** The folder that holds the places' folders. */
  dir: string
  places?: PlaceName[]
  /** Weights of the frozen CLIP; the small one otherwise. */
  clip?: string
  /** Seconds between frames. */
  every?: number
  progress?: Progress
}

/** The reader of each place, since each is written in the format of a real dataset. */
export const readers: Record<PlaceName, string> = {
  kitchen: 'epic-kitchens-100',
  workshop: 'ego4d-fho-lta',
  cafe: 'egtea',
}

/** A place on disk and what is opened once for all of its gates. */
export interface Site {
  place: PlaceName
  dataset: Dataset
  recipe: Recipe
  resources: Resources
  /** Where probes are kept: a folder that may be thrown away. */
  runs: string
  progress: Progress
}

/** @param root the place's own folder */
export async function openSite(place: PlaceName, root: string, options: CheckOptions): Promise<Site> {
  const { dir, clip = 'small', every = 0.125, progress = silent } = options
  const data = { dataset: readers[place], root }
  const recipe = resolveRecipe({
    name: `gates-${place}`,
    method: 'zero-shot',
    component: 'both',
    backbone: { clip },
    features: { store: join(dir, 'features'), every, hands: { provider: 'file' } },
    data: { train: { ...data, split: 'train' }, test: [{ ...data, name: place, split: 'test' }] },
  } as RecipeInput)
  const resources = await openResources(recipe)
  const dataset = await resources.openDataset(recipe.data.train)
  return { place, dataset, recipe, resources, runs: join(dir, 'gates'), progress }
}

/** Detections are named by video, crops asked for by source. */
export function detectionsOf(dataset: Dataset): (source: string) => string | undefined {
  const clips = dataset.splits.flatMap((split) => dataset.clips(split))
  const videoOf = new Map(clips.map(({ source, video }) => [source, video]))
  return (source) => dataset.detections(videoOf.get(source)!)
}
