import { distributed, nn, noGrad, optim, scope, tensor } from '@egolens/torch'
import { type Progress, silent } from '../../progress.js'
import { beginRun, stopwatch } from '../../training/beginning.js'
import { writeCheckpoint } from '../../training/checkpoint.js'
import { RunLog } from '../../training/log.js'
import { recipeHash } from '../../training/recipe.document.js'
import { runPaths } from '../../training/run-directory.js'
import { accumulation } from '../data/sampler.js'
import type { Exo2Ego } from '../model/model.js'
import { trainedState } from '../model/parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { PartName } from '../stages/index.js'
import { type Looked, type StageLoop, stageLoop } from './loop.js'

/** What a sitting of a run is told by whoever began it. */
export interface Sitting {
  dir: string
  resume?: boolean
  progress?: Progress
  signal?: AbortSignal
  group: distributed.Group
  /** Throws where the run's directory is no longer this process' own. */
  check(): Promise<void>
}

export interface Learning
  extends Pick<StageLoop, 'recipe' | 'stage' | 'views' | 'model' | 'items' | 'frames' | 'sampling' | 'generator'> {
  trained: readonly PartName[]
}

/** Trains from the beginning or from a checkpoint to the end. */
export async function learn(learning: Learning, options: Sitting) {
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
      const { looked, ...last } = await stageLoop({
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
      const warnings = warningsOf(recipe, await overAll(group, looked))
      for (const text of warnings) await log?.write({ kind: 'warning', step: steps, text })
      return {
        steps,
        seconds,
        warnings,
        ...last,
        ...(begun.resumedFrom === undefined ? {} : { resumedFrom: begun.resumedFrom }),
      }
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

/** Processes look at records of their own. */
async function overAll(group: distributed.Group, { records, short }: Looked): Promise<Looked> {
  const counts = tensor([records, short], { dtype: 'float64', device: group.device })
  await group.allReduce(counts, 'sum').wait()
  const [all, shorter] = counts.tolist() as [number, number]
  counts.dispose()
  return { records: all, short: shorter }
}

/** What whoever trains ought to know, once a run. */
function warningsOf({ model: { frames, short: rule } }: StageRecipe, { records, short }: Looked): string[] {
  if (short === 0) return []
  const done = rule === 'pad' ? 'black ones stand behind them' : 'some frames are shown several times'
  return [`${short} of ${records} records have a clip with fewer than ${frames} frames: ${done} (model.short)`]
}
