import { Generator } from '@egolens/torch'
import type { LabelSets } from '../datasets/types.js'
import type { ExtractReport } from '../features/extract.js'
import type { View } from '../features/types.js'
import { createMethod } from '../methods/registry.js'
import type { Method, Needs } from '../methods/types.js'
import type { Progress } from '../progress.js'
import { refuseLongTexts } from './class-names.js'
import { type ClipSet, openClips, trainingClips } from './data.js'
import { encodersOf, viewsOf } from './loader.js'
import { componentsOf, type DataSpec, type Recipe } from './recipe.js'
import type { Resources } from './resources.js'
import { openResources } from './resources.open.js'
import { openTests } from './test-sets.js'

export interface PrepareOptions {
  resources?: Resources
  progress?: Progress
  signal?: AbortSignal
  /** This process takes every count-th video, so that several share the work. */
  shard?: { index: number; count: number }
}

/**
 * Finds the features that a recipe needs, of every split that it names, and keeps them in its store. What is there
 * already is left alone.
 *
 * @returns what was done; videos that cannot be read are listed, the others are done
 * @example await extractFeatures(await readRecipe('recipe.yaml'), { shard: { index: 0, count: 4 } })
 */
export async function extractFeatures(recipe: Recipe, options: PrepareOptions = {}): Promise<ExtractReport> {
  const { resources = await openResources(recipe), ...work } = options
  const components = componentsOf(recipe)
  const { train, held, novel } = await trainingClips(recipe, components, resources.openDataset)
  const sets: ClipSet[] = held ? [train, held] : [train]
  const { within, cross } = recipe.data.validation
  for (const spec of [within, cross]) {
    if (spec) sets.push(await openClips(spec, components, resources.openDataset))
  }
  const needs = withMethod(recipe, resources, train.labels, (method) => {
    refuseLongTexts(method, resources.backbone.text, train.labels)
    return method.needs
  })
  const learned = { labels: train.labels, novel }
  sets.push(...(await openTests(recipe, recipe.data.test, learned, resources.openDataset)))
  const clips = sets.flatMap((set) => set.clips)
  const views = recipe.features.views ?? viewsOf(needs)
  return resources.extract({ ...work, clips, views, encoders: encodersOf(needs) })
}

/** Every split that a recipe names, the training split first. */
export function splitsOf({ data }: Recipe): DataSpec[] {
  const { within, cross } = data.validation
  return [data.train, ...[within, cross].filter((spec) => spec !== undefined), ...data.test]
}

/** The views that the recipe or its method asks for. */
export function viewsFor(recipe: Recipe, resources: Resources, labels?: LabelSets): View[] {
  return recipe.features.views ?? viewsOf(needsOf(recipe, resources, labels))
}

/** What the recipe's method asks of the loader. */
export function needsOf(recipe: Recipe, resources: Resources, labels?: LabelSets): Needs {
  return withMethod(recipe, resources, labels, ({ needs }) => needs)
}

/** Makes the recipe's method for as long as something is asked of it. */
function withMethod<T>(
  recipe: Recipe,
  { backbone }: Resources,
  labels: LabelSets | undefined,
  ask: (method: Method) => T,
): T {
  const setting = {
    backbone,
    components: componentsOf(recipe),
    generator: new Generator(0),
    frames: 1,
    ...(labels ? { labels } : {}),
  }
  const method = createMethod(recipe.method, recipe.options, setting)
  try {
    return ask(method)
  } finally {
    method.module.dispose()
  }
}
