import { distributed } from '@egolens/torch'
import { type Progress, silent } from '../../progress.js'
import { lockDirectory } from '../../training/lock.js'
import { writeRecipe } from '../../training/recipe.write.js'
import { openRunDirectory } from '../../training/run-directory.js'
import type { FrameCache } from '../data/frames.js'
import { buildModel } from '../model/build.js'
import { frozenHashes, languageHash, setTrained, trainedState } from '../model/parts.js'
import { orOutOfMemory } from '../plan/index.js'
import { readStageRecipe } from '../recipe.js'
import { partsOfRecipe, trainedOf } from '../recipe.parts.js'
import { resolvedStageSchema, type StageRecipe } from '../recipe.schema.js'
import { stages } from '../stages/index.js'
import { openStageData } from './data.js'
import { refuseChanged, refuseOtherFrozen } from './frozen.js'
import { learn } from './learn.js'
import { loadOutput, readOutput, type StageOutputFile, saveOutput } from './output.js'

export interface StageOptions {
  /** The run's directory. */
  dir: string
  /** Go on where the directory's newest valid checkpoint stands; with none, begin. */
  resume?: boolean
  progress?: Progress
  /** Aborting writes a checkpoint and stops. */
  signal?: AbortSignal
  /** Decoded frames that runs on the same clips share. */
  cache?: FrameCache
  /** The processes that train together; this one alone, if not said. */
  group?: distributed.Group
}

/** What a stage came to, over all sittings. */
export interface StageSummary {
  dir: string
  name: string
  stage: string
  steps: number
  seconds: number
  /** Values that were trained. */
  parameters: number
  records: number
  resumedFrom?: number
  /** Of the last epoch. */
  loss?: number
  /** What whoever trains ought to know, such as that clips are short. */
  warnings: string[]
  output: StageOutputFile
}

/**
 * Trains a stage of Exo2Ego and writes its parts. A run that was cut off at any moment goes on with `resume: true` and
 * ends with the same weights, bit for bit, in one environment.
 *
 * @throws EgoLensError `run/...`, `lock/lost`, `training/not-finite`, `training/out-of-memory` saying what would fit,
 * `exo2ego/...`, `weights/...`, `dataset/...`, `disk/...`; TorchError `RankLost` where another process has ended
 * @example
 * const recipe = await readStageRecipe('recipes/exo2ego/small/guidance.yaml')
 * const { seconds } = await trainStage(recipe, { dir: 'runs/guidance' })
 */
export async function trainStage(recipe: StageRecipe, options: StageOptions): Promise<StageSummary> {
  const group = options.group ?? (await distributed.init({ variables: {} }))
  const { dir, resume = false, signal } = options
  const writes = group.rank === 0
  const lock = writes ? await lockDirectory(dir, { signal }) : undefined
  try {
    const form = {
      read: (path: string) => readStageRecipe(path),
      write: (value: object) => writeRecipe(value, resolvedStageSchema),
    }
    if (writes) await openRunDirectory(dir, recipe, resume, form)
    await group.barrier()
    return await run(recipe, { ...options, group, check: async () => lock?.check() })
  } catch (error) {
    throw await orOutOfMemory(error, recipe, group)
  } finally {
    await lock?.release()
  }
}

interface Inside extends StageOptions {
  group: distributed.Group
  check(): Promise<void>
}

async function run(recipe: StageRecipe, options: Inside): Promise<StageSummary> {
  const { dir, group, cache, progress = silent } = options
  const trained = trainedOf(recipe)
  const { seed, precision } = recipe.training
  const layer = { device: group.device }
  const built = await buildModel(recipe.model, { parts: partsOfRecipe(recipe), seed, layer, languageType: precision })
  const { model, generator } = built
  try {
    if (recipe.from !== undefined) await loadOutput(recipe.from, model)
    setTrained(model, trained)
    const frozen = await frozenHashes(model, trained)
    const language = precision === 'bfloat16' ? frozen.llm! : await languageHash(model)
    await refuseOtherFrozen(recipe, language)
    await using data = await openStageData(recipe, built, group, cache)
    const { items, frames, views, sampling } = data
    const stage = stages[recipe.stage]
    const learned = await learn({ recipe, stage, model, generator, trained, items, frames, views, sampling }, options)
    await refuseChanged(model, trained, frozen)
    await options.check()
    if (group.rank === 0) await saveOutput(dir, model, { recipe, trained, frozen, language })
    await group.barrier()
    const output = await readOutput(dir)
    const parameters = Object.values(trainedState(model, trained)).reduce((sum, { numel }) => sum + numel, 0)
    progress({ task: stage.name, done: learned.steps, total: learned.steps, unit: 'steps' })
    return { dir, name: recipe.name, stage: stage.name, parameters, records: items.length, ...learned, output }
  } finally {
    model.dispose()
  }
}
