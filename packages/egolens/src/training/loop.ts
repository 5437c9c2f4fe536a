import { setImmediate as nextTurn } from 'node:timers/promises'
import { autocast, optim, scope, TorchError } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { Batch, Method } from '../methods/types.js'
import type { Progress } from '../progress.js'
import { stop } from './beginning.js'
import type { TrainingState } from './checkpoint.js'
import type { BatchPlan, ClipLoader } from './loader.js'
import type { RunLog } from './log.js'
import { countCorrect, countLabelled, defaultLoss } from './loss.js'
import type { Recipe } from './recipe.schema.js'
import { enterStage, type PlannedStage, planStages, setRates } from './stages.js'

export interface LoopOptions {
  training: Recipe['training']
  method: Method
  optimizer: optim.AdamW | optim.SGD
  /** The class texts as the method wants them; called in every step's own scope. */
  classes(): unknown
  /** A stage has begun: class texts of before are those of another forward pass. */
  onStage?(): void
  loader: ClipLoader
  /** Where to begin; the loop keeps it up to date. */
  state: TrainingState
  log: RunLog
  /** Writes a checkpoint of the state as it is. */
  save(): Promise<void>
  /** Mean top-1 on the validation clips, if the recipe selects by it; keeps a candidate if it is the best. */
  validate?(epoch: number, candidate: boolean): Promise<number>
  progress: Progress
  signal?: AbortSignal
}

/**
 * Trains a method: for each stage, for each epoch, for each batch: forward, loss, backward, step. Everything else is
 * round it.
 *
 * @throws EgoLensError `training/not-finite` naming the clips, before the step that would spoil the parameters;
 * `run/interrupted` after a checkpoint, when the signal aborts
 */
export async function trainLoop(options: LoopOptions): Promise<void> {
  const { training, method, state, onStage } = options
  method.module.train()
  for (const stage of planStages(method, training.epochs)) {
    const end = stage.from + stage.epochs
    if (state.epoch >= end) continue
    enterStage(method, stage)
    onStage?.()
    while (state.epoch < end) await trainEpoch(stage, options)
  }
}

/** An epoch from where it stands to its end, and what is written after it. */
async function trainEpoch(stage: PlannedStage, options: LoopOptions): Promise<void> {
  const { training, method, optimizer, loader, state, log, save, validate, progress, signal } = options
  const { epoch } = state
  const total = training.epochs * loader.stepsPerEpoch
  const began = performance.now()
  const lr = setRates(optimizer, method, training, stage, epoch)
  const named = stage.name === undefined ? {} : { stage: stage.name }

  for (const plan of loader.training(epoch, state.position)) {
    if (signal?.aborted) await stop(save)
    const { loss, gradNorm, ...counts } = await stepOrFault(plan, options)
    count(state, plan, loss, counts)
    await log.write({ kind: 'step', epoch, step: state.step, ...named, loss, lr, gradNorm })
    progress({ task: 'training', done: state.step, total, unit: 'steps', note: note(stage, loss) })
    if (training.saveEvery && state.step % training.saveEvery === 0) await save()
    await nextTurn() // so that Ctrl-C, progress and timers are heard
  }

  const validation = await validate?.(epoch, stage.last)
  const seconds = (performance.now() - began) / 1000
  const found = { ...averages(state), lr, seconds, validation, ...method.diagnostics?.() }
  await log.write({ kind: 'epoch', epoch, step: state.step, ...named, ...found })
  Object.assign(state, { epoch: epoch + 1, position: 0, sums: { loss: 0, clips: 0, correct: {}, labelled: {} } })
  await save()
}

const note = ({ name }: PlannedStage, loss: number) => `${name === undefined ? '' : `${name}, `}loss ${loss.toFixed(4)}`

/** A step that must not be taken leaves the ids of its whole batch in the log. */
async function stepOrFault(plan: BatchPlan, options: LoopOptions) {
  const { loader, classes, log, state } = options
  try {
    return scope(() => trainStep(loader.gather(plan), classes(), options))
  } catch (error) {
    if (error instanceof EgoLensError && error.code === 'training/not-finite') {
      const clips = plan.clips.map((index) => loader.table.clips[index]!.id)
      await log.write({ kind: 'fault', epoch: state.epoch, step: state.step, what: error.message, clips })
      await log.sync()
    }
    throw error
  }
}

/** One step of the optimiser. */
function trainStep(batch: Batch, classes: unknown, { training, method, optimizer }: LoopOptions) {
  const { output, loss } = autocast({ dtype: 'bfloat16', enabled: training.precision === 'bfloat16' }, () => {
    const output = method.forward(batch, classes)
    return { output, loss: method.loss?.(output, batch) ?? defaultLoss(output, batch) }
  })
  const value = loss.item()
  if (!Number.isFinite(value)) throw notFinite('loss', Number.isNaN(value) ? 'not a number' : 'infinite', batch)
  optimizer.zeroGrad()
  if (method.backward) method.backward(loss)
  else loss.backward()
  const gradNorm = clip(method, training.clipNorm ?? Number.POSITIVE_INFINITY, batch)
  optimizer.step()
  return { loss: value, gradNorm, correct: countCorrect(output, batch), labelled: countLabelled(batch) }
}

/** Clips the gradient's norm. @returns the norm before */
function clip({ module }: Method, max: number, batch: Batch): number {
  try {
    return optim.clipGradNorm(module.parameters(), max)
  } catch (error) {
    if (error instanceof TorchError && error.code === 'GradientNotFinite')
      throw notFinite('gradient', 'infinite or not a number', batch)
    throw error
  }
}

type Counts = Record<'correct' | 'labelled', Record<string, number>>

function count(state: TrainingState, plan: BatchPlan, loss: number, { correct, labelled }: Counts): void {
  const { sums } = state
  state.step++
  state.position++
  sums.loss += loss * plan.clips.length
  sums.clips += plan.clips.length
  sums.labelled ??= {}
  for (const [component, hits] of Object.entries(correct)) {
    sums.correct[component] = (sums.correct[component] ?? 0) + hits
    sums.labelled[component] = (sums.labelled[component] ?? 0) + (labelled[component] ?? 0)
  }
}

function averages({ sums }: TrainingState): { loss: number; accuracy: Record<string, number> } {
  const share = (component: string, hits: number) => hits / Math.max(1, sums.labelled?.[component] ?? sums.clips)
  const accuracy = Object.entries(sums.correct).map(([component, hits]) => [component, share(component, hits)])
  return { loss: sums.loss / sums.clips, accuracy: Object.fromEntries(accuracy) }
}

/** The clips whose features are broken, where there are any, come first: the others only shared their batch. */
function notFinite(what: string, became: string, batch: Batch): EgoLensError {
  const broken = clipsWithBrokenFeatures(batch)
  const ids = [...broken, ...batch.ids.filter((id) => !broken.includes(id))]
  const message = `the ${what} became ${became} on clips ${ids.slice(0, 8).join(', ')}${ids.length > 8 ? ', ...' : ''}`
  const cure =
    broken.length > 0
      ? `the features of ${broken.slice(0, 8).join(', ')} are not finite: remove and extract them again`
      : 'lower training.lr, set training.clipNorm, or train in float32; the last checkpoint is from before'
  return new EgoLensError('training/not-finite', message, { cure })
}

function clipsWithBrokenFeatures({ ids, features, context }: Batch): string[] {
  const tensors = [...Object.values(features), ...Object.values(context)]
  const rows = tensors.map((tensor) => ({
    values: tensor.toTypedArray() as Float32Array,
    size: tensor.numel / ids.length,
  }))
  return ids.filter((_, i) =>
    rows.some(({ values, size }) => !values.subarray(i * size, (i + 1) * size).every(Number.isFinite)),
  )
}
