import { distributed, nn, noGrad, optim, scope } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { templateOf } from '../../mllm/index.js'
import { type Progress, silent } from '../../progress.js'
import { beginRun, stopwatch } from '../../training/beginning.js'
import { writeCheckpoint } from '../../training/checkpoint.js'
import { lockDirectory } from '../../training/lock.js'
import { RunLog } from '../../training/log.js'
import { recipeHash } from '../../training/recipe.document.js'
import { writeRecipe } from '../../training/recipe.write.js'
import { openRunDirectory, runPaths } from '../../training/run-directory.js'
import { ClipFrames, type FrameCache } from '../data/frames.js'
import { type MediaClip, openItems, type StageItems } from '../data/items.js'
import { accumulation } from '../data/sampler.js'
import { buildModel } from '../model/build.js'
import type { Exo2Ego, View } from '../model/model.js'
import { frozenHashes, setTrained, trainedState } from '../model/parts.js'
import { orOutOfMemory } from '../plan/index.js'
import { readStageRecipe } from '../recipe.js'
import { partsOfRecipe, trainedOf, viewsOf } from '../recipe.parts.js'
import { resolvedStageSchema, type StageRecipe } from '../recipe.schema.js'
import { type PartName, stages } from '../stages/index.js'
import { type StageLoop, stageLoop } from './loop.js'
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
  const { dir, group, progress = silent } = options
  const stage = stages[recipe.stage]
  const parts = partsOfRecipe(recipe)
  const trained = trainedOf(recipe)
  const { seed, precision, globalBatch, localBatch } = recipe.training
  const built = await buildModel(recipe.model, {
    parts,
    seed,
    layer: { device: group.device },
    languageType: precision,
  })
  const { model, tokenizer, preprocessing, generator } = built
  try {
    if (recipe.from !== undefined) await loadOutput(recipe.from, model)
    setTrained(model, trained)
    const frozen = await frozenHashes(model, trained)
    const { train: path, root, limit, view } = recipe.data
    const { system, frames, short, blind } = recipe.model
    const template = templateOf(model.llm.config)
    await using items = await openItems(recipe.stage, path, tokenizer, { root, limit, view, system, template, blind })
    const { worldSize, rank } = group
    const { local } = accumulation({ globalBatch, localBatch, worldSize })
    const sampling = { items: items.length, globalBatch, localBatch: local, rank, worldSize, seed }
    const clips = new ClipFrames({ preprocessing, frames, short, ...(options.cache ? { cache: options.cache } : {}) })
    const views = viewsOf(recipe)
    await holdAll(clips, items, views)
    const learned = await learn(
      { recipe, stage, views, model, items, frames: clips, sampling, generator, trained },
      options,
    )
    await refuseChanged(model, trained, frozen)
    await options.check()
    if (group.rank === 0) await saveOutput(dir, model, { recipe, trained, frozen })
    await group.barrier()
    const output = await readOutput(dir)
    const parameters = Object.values(trainedState(model, trained)).reduce((sum, { numel }) => sum + numel, 0)
    progress({ task: recipe.stage, done: learned.steps, total: learned.steps, unit: 'steps' })
    return {
      dir,
      name: recipe.name,
      stage: recipe.stage,
      parameters,
      records: items.length,
      ...learned,
      output,
    }
  } finally {
    model.dispose()
  }
}

/** Where the clips of a stage have room they are decoded before, each video in one pass. */
async function holdAll(clips: ClipFrames, items: StageItems, views: readonly View[]): Promise<void> {
  if (!clips.fits(items.length * views.length)) return
  const wanted: MediaClip[] = []
  for (let i = 0; i < items.length; i++) {
    const item = await items.get(i)
    wanted.push(...views.map((view) => item.clips[view]!))
  }
  clips.hold(wanted)
}

interface Learning
  extends Pick<StageLoop, 'recipe' | 'stage' | 'views' | 'model' | 'items' | 'frames' | 'sampling' | 'generator'> {
  trained: readonly PartName[]
}

/** Trains from the beginning or from a checkpoint to the end. */
async function learn(learning: Learning, options: Inside) {
  const { recipe, model, trained } = learning
  const { dir, group, resume = false, progress = silent, signal, check } = options
  const { lr, betas, weightDecay, keep } = recipe.training
  const paths = runPaths(dir)
  const state = trainedState(model, trained)
  const optimizer = new optim.AdamW(Object.values(state), { lr, betas, weightDecay })
  try {
    const setting = { dir, resume, hash: recipeHash(recipe), keep, writes: group.rank === 0 }
    const begun = await beginRun(setting, (checkpoint) => {
      noGrad(() => {
        for (const [name, tensor] of Object.entries(state)) tensor.copy_(checkpoint.model[name]!)
      })
      optimizer.loadStateDict(checkpoint.optimizer)
    })
    const blocks = blocksOf(model)
    const places = new Map(blocks.map((block, i) => [block as object, i]))
    const parallel = await distributed.DataParallel.open(model, group, {
      blocks,
      gradAccumulation: microBatches(learning),
    })
    const log = group.rank === 0 ? await RunLog.open(paths.log) : undefined
    const { state: position } = begun
    const clock = stopwatch(position)
    try {
      if (resume) await log?.write({ kind: 'resume', step: position.step, skipped: begun.skipped })
      const last = await stageLoop({
        ...learning,
        optimizer,
        group,
        parallel,
        blockDone: (layer) => {
          const place = places.get('inner' in layer ? (layer.inner as object) : layer)
          if (place !== undefined) parallel.blockDone(place)
        },
        trainsExo: trained.includes('exo'),
        state: position,
        ...(log ? { log } : {}),
        save: async () => {
          await check()
          clock()
          if (log) {
            await log.sync()
            position.logBytes = log.bytes
            const moments = scope(() => optimizer.stateDict())
            await writeCheckpoint(paths.checkpoints, { model: state, optimizer: moments, state: position }, keep)
          }
          await group.barrier()
        },
        progress,
        ...(signal ? { signal } : {}),
      })
      clock()
      const { step: steps, seconds } = position
      return { steps, seconds, ...last, ...(begun.resumedFrom === undefined ? {} : { resumedFrom: begun.resumedFrom }) }
    } finally {
      await log?.close()
    }
  } finally {
    optimizer.dispose()
  }
}

/** What may be sent while earlier layers still go backward, in the order of the forward pass. */
function blocksOf(model: Exo2Ego): nn.Module[] {
  const layers = [
    ...(model.exo?.layers ?? []),
    ...(model.ego?.layers ?? []),
    ...model.connector.layers,
    ...(model.mappedConnector?.layers ?? []),
    ...model.llm.model.layers,
  ]
  return layers.filter((layer) => layer instanceof nn.Module)
}

function microBatches({ recipe, sampling: { worldSize } }: Learning): number {
  const { globalBatch, localBatch } = recipe.training
  return accumulation({ globalBatch, localBatch, worldSize }).microBatches
}

/** What a stage must leave alone is as it was. */
async function refuseChanged(model: Exo2Ego, trained: readonly PartName[], before: Record<string, string>) {
  const after = await frozenHashes(model, trained)
  const changed = Object.keys(before).filter((part) => after[part] !== before[part])
  if (changed.length === 0) return
  throw new EgoLensError('exo2ego/frozen-changed', `frozen parts have changed: ${changed.join(', ')}`, {
    cure: 'this is a fault of the program: nothing was written; please report it with the recipe',
  })
}
