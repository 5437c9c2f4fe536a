import { Generator, safetensors, scope } from '@egolens/torch'
import { top1 } from '../evaluation/top1.js'
import type { Method } from '../methods/types.js'
import type { Progress } from '../progress.js'
import { cutLog, readCheckpoint, type Skipped, type TrainingState, writeCheckpoint } from './checkpoint.js'
import type { ClipSet, TrainingData } from './data.js'
import { release, scoreTable } from './evaluate.js'
import { type FeatureSource, FrameTable } from './frame-table.js'
import { ClipLoader, streamsOf } from './loader.js'
import { RunLog } from './log.js'
import { trainLoop } from './loop.js'
import { createOptimizer } from './optimizer.js'
import { type Recipe, recipeHash } from './recipe.js'
import { runPaths } from './run-directory.js'

export interface Sitting {
  recipe: Recipe
  dir: string
  resume: boolean
  method: Method
  data: TrainingData
  features: FeatureSource
  progress: Progress
  signal?: AbortSignal
}

/** What training came to, over all sittings. */
export interface Learned {
  steps: number
  seconds: number
  epoch?: number
  resumedFrom?: number
  skipped: Skipped[]
}

/** Trains from the beginning or from a checkpoint to the end; the method then holds the weights that are kept. */
export async function learn(sitting: Sitting): Promise<Learned> {
  const { recipe, method, resume, signal } = sitting
  const { training } = recipe
  const paths = runPaths(sitting.dir)
  const parameters = method.module.parameters()
  if (parameters.length === 0) return { steps: 0, seconds: 0, skipped: [] }

  const optimizer = createOptimizer(parameters, training)
  const { checkpoint, skipped } = resume ? await readCheckpoint(paths.checkpoints, recipeHash(recipe)) : fresh
  const state = checkpoint?.state ?? initialState(recipe)
  const resumedFrom = checkpoint ? state.step : undefined
  if (checkpoint) {
    method.module.loadStateDict(checkpoint.model)
    optimizer.loadStateDict(checkpoint.optimizer)
    Generator.default().setState(Buffer.from(state.generator, 'base64'))
    for (const tensor of [...Object.values(checkpoint.model), ...Object.values(checkpoint.optimizer)]) tensor.dispose()
  }
  await cutLog(paths.log, state.logBytes)
  const log = await RunLog.open(paths.log)
  const tables: FrameTable[] = []
  let fixedClasses: unknown
  try {
    if (resume) await log.write({ kind: 'resume', step: state.step, skipped })
    const load = async (set: ClipSet, task: string) => {
      const table = await FrameTable.load(set.clips, sitting.features, streamsOf(method.needs), {
        progress: sitting.progress,
        task,
      })
      tables.push(table)
      return table
    }
    const table = await load(sitting.data.train, 'features of the training clips')
    const validation = sitting.data.validation && {
      table: await load(sitting.data.validation, 'features of the validation clips'),
      set: sitting.data.validation,
    }
    const secondsBefore = state.seconds
    const began = performance.now()
    const save = async () => {
      await log.sync()
      state.seconds = secondsBefore + (performance.now() - began) / 1000
      state.logBytes = log.bytes
      state.generator = Buffer.from(Generator.default().state()).toString('base64')
      await scope(async () => {
        const [model, moments] = [method.module.stateDict(), optimizer.stateDict()]
        await writeCheckpoint(paths.checkpoints, { model, optimizer: moments, state }, training.keep)
      })
    }
    const { components, classesTrain } = method
    const { batch, seed } = training
    const { labels } = sitting.data.train
    fixedClasses = classesTrain ? undefined : scope(() => method.classes(labels))
    await trainLoop({
      training,
      method,
      optimizer,
      classes: () => (classesTrain ? method.classes(labels) : fixedClasses),
      loader: new ClipLoader(table, method.needs, { batch, seed, components }),
      state,
      log,
      save,
      ...(validation ? { validate: (epoch: number) => select(epoch, method, validation, state, paths.best) } : {}),
      progress: sitting.progress,
      ...(signal ? { signal } : {}),
    })
    state.seconds = secondsBefore + (performance.now() - began) / 1000
  } finally {
    await log.close()
    optimizer.dispose()
    release(fixedClasses)
    for (const table of tables) table.dispose()
  }
  if (state.best) loadBest(method, paths.best)
  const epoch = state.best?.epoch ?? state.epoch - 1
  return {
    steps: state.step,
    seconds: state.seconds,
    epoch,
    skipped,
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
  }
}

const fresh = { checkpoint: undefined, skipped: [] as Skipped[] }

function initialState(recipe: Recipe): TrainingState {
  return {
    recipe: recipeHash(recipe),
    step: 0,
    epoch: 0,
    position: 0,
    sums: { loss: 0, clips: 0, correct: {} },
    generator: '',
    logBytes: 0,
    seconds: 0,
  }
}

/** Scores the validation clips and keeps the weights if they are the best so far; of equal ones the earliest. */
async function select(
  epoch: number,
  method: Method,
  { table, set }: { table: FrameTable; set: ClipSet },
  state: TrainingState,
  path: string,
): Promise<number> {
  const scores = Object.values(await scoreTable(method, table, set.labels, { task: 'validation' }))
  const score = scores.reduce((sum, clips) => sum + top1(clips), 0) / scores.length
  if (!state.best || score > state.best.score) {
    safetensors.save(path, method.module.stateDict())
    state.best = { epoch, score }
  }
  return score
}

function loadBest(method: Method, path: string): void {
  scope(() => void method.module.loadStateDict(safetensors.load(path)))
}
