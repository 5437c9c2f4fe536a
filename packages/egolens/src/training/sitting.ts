import { Generator, type optim, safetensors, scope } from '@egolens/torch'
import { top1 } from '../evaluation/top1.js'
import { readBytes } from '../files/read.js'
import { UNLABELLED } from '../methods/cross-entropy.js'
import type { Method } from '../methods/types.js'
import type { Progress } from '../progress.js'
import { saveTensors } from '../weights/save-tensors.js'
import { type Beginning, beginRun, stopwatch } from './beginning.js'
import { type Skipped, type TrainingState, writeCheckpoint } from './checkpoint.js'
import { ClassTexts } from './class-texts.js'
import type { ClipSet, TrainingData } from './data.js'
import { scoreTable } from './evaluate.js'
import { type FeatureSource, FrameTable } from './frame-table.js'
import { ClipLoader, streamsOf } from './loader.js'
import { RunLog } from './log.js'
import { trainLoop } from './loop.js'
import { createOptimizer } from './optimizer.js'
import { type Recipe, recipeHash } from './recipe.js'
import { runPaths } from './run-directory.js'
import { planStages } from './stages.js'

export interface Sitting {
  recipe: Recipe
  dir: string
  resume: boolean
  method: Method
  data: TrainingData
  features: FeatureSource
  progress: Progress
  signal?: AbortSignal | undefined
  /** Makes sure that the directory is this run's still. */
  check?(): Promise<void>
}

/** What training came to, over all sittings. */
export interface Learned {
  steps: number
  seconds: number
  processorSeconds?: number | undefined
  epoch?: number
  resumedFrom?: number
  skipped: Skipped[]
}

type Optimizer = optim.AdamW | optim.SGD

/** Trains from the beginning or from a checkpoint to the end; the method then holds the weights that are kept. */
export async function learn(sitting: Sitting): Promise<Learned> {
  const { recipe, method } = sitting
  const { module } = method
  if (module.parameters().length === 0) return { steps: 0, seconds: 0, skipped: [] }
  const optimizer = createOptimizer(module, recipe.training, planStages(method, recipe.training.epochs))
  try {
    const { state, ...from } = await begin(sitting, optimizer)
    await sit(sitting, optimizer, state, from.skipped)
    if (state.best) {
      const best = await readBytes(runPaths(sitting.dir).best)
      scope(() => void module.loadStateDict(safetensors.fromBytes(best)))
    }
    const { step, seconds, processorSeconds, best, epoch } = state
    return { steps: step, seconds, processorSeconds, epoch: best?.epoch ?? epoch - 1, ...from }
  } finally {
    optimizer.dispose()
  }
}

/** The state to train on from: everything that decides what follows is as it was at the checkpoint. */
async function begin({ recipe, dir, resume, method }: Sitting, optimizer: Optimizer): Promise<Beginning> {
  return beginRun({ dir, resume, hash: recipeHash(recipe), keep: recipe.training.keep }, (checkpoint) => {
    method.module.loadStateDict(checkpoint.model)
    optimizer.loadStateDict(checkpoint.optimizer)
    Generator.default().setState(Buffer.from(checkpoint.state.generator, 'base64'))
  })
}

/** One process's part of a run: tables in memory, the log open, the loop. */
async function sit(sitting: Sitting, optimizer: Optimizer, state: TrainingState, skipped: Skipped[]): Promise<void> {
  const { recipe, method, data, progress, signal, dir } = sitting
  const { training } = recipe
  const { labels } = data.train
  const paths = runPaths(dir)
  const opened: { dispose(): void }[] = []
  const open = async ({ clips }: ClipSet, what: string) => {
    const task = `features of the ${what} clips`
    const table = await FrameTable.load(clips, sitting.features, streamsOf(method.needs), { progress, task })
    opened.push(table)
    return table
  }
  const log = await RunLog.open(paths.log)
  try {
    if (sitting.resume) await log.write({ kind: 'resume', step: state.step, skipped })
    const table = await open(data.train, 'training')
    const { validation } = data
    const validationTable = validation && (await open(validation, 'validation'))
    const texts = new ClassTexts(method, labels)
    opened.push({ dispose: () => texts.forget() })
    const clock = stopwatch(state)
    await trainLoop({
      training,
      method,
      optimizer,
      classes: () => texts.get(),
      onStage: () => texts.forget(),
      loader: new ClipLoader(table, method.needs, { ...training, components: method.components }),
      state,
      log,
      save: async () => {
        await sitting.check?.()
        await log.sync()
        clock()
        state.logBytes = log.bytes
        await save(method, optimizer, state, paths.checkpoints, training.keep)
      },
      ...(validationTable
        ? {
            validate: async (epoch: number, candidate: boolean) => {
              const score = await validationScore(sitting, validationTable, validation!)
              if (candidate) await keepBest({ epoch, score }, method, state, paths.best)
              return score
            },
          }
        : {}),
      progress,
      ...(signal ? { signal } : {}),
    })
    clock()
  } finally {
    await log.close()
    for (const one of opened) one.dispose()
  }
}

async function save(method: Method, optimizer: Optimizer, state: TrainingState, directory: string, keep: number) {
  state.generator = Buffer.from(Generator.default().state()).toString('base64')
  await scope(async () => {
    const [model, moments] = [method.module.stateDict(), optimizer.stateDict()]
    await writeCheckpoint(directory, { model, optimizer: moments, state }, keep)
  })
}

/** Mean top-1 over components. */
async function validationScore({ method, recipe }: Sitting, table: FrameTable, { labels }: ClipSet): Promise<number> {
  const stepStart = recipe.training.evaluateAt === 'start'
  const all = Object.values(await scoreTable(method, table, labels, { task: 'validation', stepStart }))
  // A clip may be held out for one of its components alone.
  const scores = all.map((clips) => clips.filter((clip) => clip.label !== UNLABELLED)).filter((c) => c.length > 0)
  return scores.reduce((sum, clips) => sum + top1(clips), 0) / scores.length
}

/** Keeps the weights if they are the best so far; of equal ones the earliest. */
async function keepBest(found: NonNullable<TrainingState['best']>, method: Method, state: TrainingState, path: string) {
  if (state.best && found.score <= state.best.score) return
  await saveTensors(path, method.module.stateDict())
  state.best = found
}
