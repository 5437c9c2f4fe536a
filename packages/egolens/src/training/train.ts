import { Generator, manualSeed, memory, resetPeak } from '@egolens/torch'
import { writeAtomic } from '../files.js'
import { createMethod } from '../methods/registry.js'
import { type Progress, silent } from '../progress.js'
import { saveAdapter } from './adapter.js'
import { writeCard } from './card.js'
import { refuseLongTexts } from './class-names.js'
import { trainingData } from './data.js'
import { keepInputs, trainingInputs } from './inputs.js'
import { encodersOf, viewsOf } from './loader.js'
import { lockDirectory } from './lock.js'
import { requireOneProcess } from './one-process.js'
import { componentsOf, type DataSpec, type Recipe, readerOptions, recipeHash } from './recipe.js'
import { ensureFeatures, type Resources } from './resources.js'
import { openResources } from './resources.open.js'
import { openRunDirectory, runPaths } from './run-directory.js'
import type { RunSummary } from './run-summary.js'
import { learn } from './sitting.js'
import { planStages } from './stages.js'
import { checkTests } from './test-sets.js'

export interface TrainOptions {
  /** The run's directory. */
  dir: string
  /** Go on where the directory's newest valid checkpoint stands; with none, begin. */
  resume?: boolean
  progress?: Progress
  /** Aborting writes a checkpoint and stops. */
  signal?: AbortSignal
  /** Models, features and datasets, if they are open already; found by the recipe otherwise. */
  resources?: Resources
}

/**
 * Trains what a recipe says and writes the adapter. A run that was cut off at any moment continues with
 * `resume: true` and ends with the same weights, bit for bit, as one that was not (on the same machine).
 *
 * @example
 * const recipe = await readRecipe('recipes/small/x-mic-kitchen-noun.yaml')
 * const { seconds } = await train(recipe, { dir: 'runs/noun' })
 * @throws EgoLensError `run/locked`, `lock/lost`, `run/exists`, `run/other-inputs`, `run/interrupted`, `training/...`, `disk/...`
 */
export async function train(recipe: Recipe, options: TrainOptions): Promise<RunSummary> {
  requireOneProcess()
  const { dir, resume = false, progress = silent, signal } = options
  const onWait = () => progress({ task: `is another machine working in ${dir}?`, done: 0, unit: 'seconds' })
  const lock = await lockDirectory(dir, { signal, onWait })
  try {
    await openRunDirectory(dir, recipe, resume)
    const resources = options.resources ?? (await openResources(recipe))
    const { backbone } = resources
    const components = componentsOf(recipe)
    const data = await trainingData(recipe, components, resources.openDataset)
    const { labels, clips, unlabelled, dataset } = data.train
    const { novel, counts } = data
    const warnings = [...(dataset.warnings ?? []), ...testedOnTraining(recipe)]
    const { seed, frames } = recipe.training
    manualSeed(seed)
    const setting = { backbone, components, generator: new Generator(seed), frames, labels }
    const method = createMethod(recipe.method, recipe.options, setting)
    try {
      planStages(method, recipe.training.epochs) // refuses too few epochs before features are looked for
      refuseLongTexts(method, backbone.text, labels)
      if (data.validation) refuseLongTexts(method, backbone.text, data.validation.labels)
      await checkTests(recipe, { labels, novel }, resources.openDataset)
      await keepInputs(dir, trainingInputs(method, data, resources))
      const wanted = [...clips, ...(data.validation?.clips ?? [])]
      const encoders = encodersOf(method.needs)
      await ensureFeatures(resources, wanted, viewsOf(method.needs), { encoders, progress, signal })
      const parameters = method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)
      const { features } = resources
      const check = () => lock.check()
      resetPeak()
      const learned = await learn({ recipe, dir, resume, method, data, features, progress, signal, check })
      await lock.check()
      await saveAdapter(dir, {
        recipe,
        recipeHash: recipeHash(recipe),
        method,
        backbone,
        labels,
        crop: resources.crop,
        ...(novel ? { novel } : {}),
      })
      const { name } = recipe
      const summary = {
        dir,
        name,
        method: method.name,
        parameters,
        peakBytes: memory().peakBytes,
        clips: clips.length,
        unlabelled,
        ...(Object.keys(counts).length > 0 ? { counts } : {}),
        warnings,
        ...learned,
      }
      await writeAtomic(runPaths(dir).summary, `${JSON.stringify(summary, null, 2)}\n`)
      await writeCard(dir)
      return summary
    } finally {
      method.module.dispose()
    }
  } finally {
    await lock.release()
  }
}

function testedOnTraining({ data }: Recipe): string[] {
  const key = (spec: DataSpec) => JSON.stringify([spec.dataset, spec.split, readerOptions(spec)])
  return data.test
    .filter((test) => key(test) === key(data.train))
    .map(({ name }) => `the test set "${name}" is what is trained on: its figures say nothing of new clips`)
}
