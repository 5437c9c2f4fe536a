import { setImmediate as nextTurn } from 'node:timers/promises'
import { autocast, type distributed, Generator, optim, scope, TorchError, tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { IGNORED, nextTokenLoss } from '../../mllm/index.js'
import type { Progress } from '../../progress.js'
import { stop } from '../../training/beginning.js'
import type { TrainingState } from '../../training/checkpoint.js'
import type { RunLog } from '../../training/log.js'
import { random } from '../../training/random.js'
import type { ClipFrames } from '../data/frames.js'
import type { StageItem, StageItems } from '../data/items.js'
import { planEpoch, type Sampling, type StepPlan, stepsPerEpoch } from '../data/sampler.js'
import type { Exo2Ego, View } from '../model/model.js'
import { Tape } from '../model/tape.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { Stage, StageBatch } from '../stages/index.js'

export interface StageLoop {
  recipe: StageRecipe
  stage: Stage
  /** Whose frames are looked at. */
  views: readonly View[]
  model: Exo2Ego
  optimizer: optim.AdamW
  group: distributed.Group
  parallel: distributed.DataParallel
  /** Tells which block's gradients are there; see `Tape.backward`. */
  blockDone: (layer: object) => void
  items: StageItems
  frames: ClipFrames
  sampling: Sampling
  trainsExo: boolean
  /** What layers draw from. */
  generator: Generator
  /** Where to begin; the loop keeps it up to date. */
  state: TrainingState
  /** Of the process that writes. */
  log?: RunLog
  save(): Promise<void>
  progress: Progress
  signal?: AbortSignal
}

/** Records that were looked at, and how many of these have a clip with too few frames. */
export interface Looked {
  records: number
  short: number
}

/**
 * Trains a stage: for each epoch, for each step, for each piece of it: frames, forward, losses, backward; then one
 * update. A step's losses are means over the whole step, whatever it is cut into and however many processes share it.
 *
 * @returns the mean loss of the last epoch, where this sitting had one; and what it has looked at of its first epoch, in
 * which each record comes once
 * @throws EgoLensError `training/not-finite` naming the records, before the step that would spoil the parameters;
 * `run/interrupted` after a checkpoint, when the signal aborts
 */
export async function stageLoop(loop: StageLoop): Promise<{ loss?: number; looked: Looked }> {
  const { recipe, state, sampling, log, save, progress, signal } = loop
  const { epochs, saveEvery } = recipe.training
  const total = epochs * stepsPerEpoch(sampling)
  let last: { loss?: number } = {}
  const looked: Looked = { records: 0, short: 0 }
  const first = state.epoch
  loop.model.train()
  while (state.epoch < epochs) {
    const began = performance.now()
    const { epoch } = state
    for (const plan of planEpoch(epoch, state.position, sampling)) {
      const { loss, lr, gradNorm, parts, stops } = await takeStep(plan, loop, epoch === first ? looked : undefined)
      state.step++
      state.position++
      state.sums.loss += loss * plan.all.length
      state.sums.clips += plan.all.length
      await log?.write({ kind: 'step', epoch, step: state.step, stage: recipe.stage, loss, lr, gradNorm, parts })
      progress({ task: recipe.stage, done: state.step, total, unit: 'steps', note: `loss ${loss.toFixed(4)}` })
      if (stops || (signal?.aborted && sampling.worldSize === 1)) await stop(save)
      if (saveEvery && state.step % saveEvery === 0) await save()
      await nextTurn() // so that Ctrl-C, progress and timers are heard
    }
    const seconds = (performance.now() - began) / 1000
    const loss = state.sums.loss / state.sums.clips
    const { lr } = loop.optimizer.groups[0]!
    await log?.write({ kind: 'epoch', epoch, step: state.step, stage: recipe.stage, loss, accuracy: {}, lr, seconds })
    last = { loss }
    Object.assign(state, { epoch: epoch + 1, position: 0, sums: { loss: 0, clips: 0, correct: {} } })
    await save()
  }
  return { ...last, looked }
}

interface Step {
  loss: number
  lr: number
  gradNorm: number
  parts: Record<string, number>
  /** A process was told to end: all end after the same step, or those that go on would wait for it. */
  stops: boolean
}

/** One update of the parameters. */
async function takeStep(plan: StepPlan, loop: StageLoop, looked?: Looked): Promise<Step> {
  const { items, optimizer, parallel, recipe, state, sampling } = loop
  const all = await Promise.all(plan.all.map((index) => items.get(index)))
  const byIndex = new Map(plan.all.map((index, i) => [index, all[i]!]))
  const targets = all.reduce((sum, { prompt }) => sum + targetsOf(prompt.labels), 0)
  optimizer.zeroGrad()
  const sums: Record<string, number> = {}
  for (const [i, piece] of plan.own.entries()) {
    const group = piece.map((index) => byIndex.get(index)!)
    const frames = await framesOf(group, loop, looked)
    const next = plan.own[i + 1]
    if (next)
      prefetch(
        next.map((index) => byIndex.get(index)!),
        loop,
      )
    const found = scope(() => pass(group, frames, { targets, records: all.length, place: i }, loop))
    for (const tensor of Object.values(frames)) tensor.dispose()
    for (const [name, value] of Object.entries(found)) sums[name] = (sums[name] ?? 0) + value * group.length
  }
  await parallel.finish()
  const { stops, ...means } = await sharedMeans(sums, all.length, loop)
  const { total: loss, ...parts } = means
  if (!Number.isFinite(loss)) throw notFinite('loss', all)
  const gradNorm = clip(loop, all)
  const rate = schedule(recipe, sampling)(state.step)
  optimizer.scaleLr(rate)
  optimizer.step()
  return { loss, lr: recipe.training.lr * rate, gradNorm, parts, stops }
}

const targetsOf = (labels: readonly number[]) => labels.filter((label) => label !== IGNORED).length

/** Forward and backward of one piece. @returns its losses, each a mean over the piece's records */
function pass(
  piece: readonly StageItem[],
  frames: StageBatch['frames'],
  { targets, records, place }: { targets: number; records: number; place: number },
  loop: StageLoop,
): Record<string, number> {
  const { recipe, model, stage, parallel, state, sampling, trainsExo, generator, group } = loop
  const { precision, checkpointing, seed } = recipe.training
  // Every draw is a function of the seed and of what it is for, so a resumed run draws the same.
  const draws = random(seed, 'draws', state.step, place, sampling.rank)
  generator.setState(new Generator(draws.integer(2 ** 31), group.device).state())
  const tape = new Tape({ checkpointing, generators: [generator] })
  const batch = { ids: piece.map(({ id }) => id), frames, prompts: piece.map(({ prompt }) => prompt) }
  const setting = { losses: recipe.losses, guidance: recipe.model.guidance, trainsExo, chance: draws.next }
  try {
    return autocast({ dtype: 'bfloat16', device: group.device, enabled: precision === 'bfloat16' }, () => {
      const { hidden, labels, extra } = stage.forward(model, tape, batch, setting)
      // A mean over all targets of the step, not over those of a piece; `parallel` weighs pieces by their records.
      const own = piece.reduce((sum, { prompt }) => sum + targetsOf(prompt.labels), 0)
      const text = nextTokenLoss(model.llm, hidden, labels).mul((own * records) / (targets * piece.length))
      const total = extra ? text.add(extra.total) : text
      const found: Record<string, number> = { total: total.item(), text: text.item() }
      for (const [name, value] of Object.entries(extra?.parts ?? {})) found[name] = value.item()
      if (!Number.isFinite(found.total)) throw notFinite('loss', piece)
      parallel.backward(total, piece.length)
      tape.backward(loop.blockDone)
      return found
    })
  } finally {
    tape.dispose()
  }
}

async function framesOf(
  group: readonly StageItem[],
  { frames, views }: StageLoop,
  looked: Looked = { records: 0, short: 0 },
): Promise<StageBatch['frames']> {
  const all: StageBatch['frames'] = {}
  const short = new Set<number>()
  for (const view of views) {
    all[view] = await frames.batch(
      group.map(({ clips }) => clips[view]!),
      (place) => short.add(place),
    )
  }
  looked.records += group.length
  looked.short += short.size
  return all
}

function prefetch(group: readonly StageItem[], { frames, views }: StageLoop): void {
  for (const view of views) frames.prefetch(group.map(({ clips }) => clips[view]!))
}

/** What the log has of a step. */
const kinds = ['total', 'text', 'kl', 'ccl'] as const

/** Means over the step's records on all processes, some of which may have had none. */
async function sharedMeans(sums: Record<string, number>, records: number, { group, signal }: StageLoop) {
  const values = tensor([...kinds.map((kind) => sums[kind] ?? 0), signal?.aborted ? 1 : 0], {
    dtype: 'float64',
    device: group.device,
  })
  await group.allReduce(values, 'sum').wait()
  const means = values.tolist() as number[]
  values.dispose()
  const entries = kinds.map((kind, i) => [kind, means[i]! / records])
  const shared = Object.fromEntries(entries) as Record<(typeof kinds)[number], number>
  return { ...shared, stops: means[kinds.length]! > 0 }
}

/** Rises over a share of the steps, then half a cosine to 0 (Table 14; VideoLLaMA2's schedule). */
export function schedule({ training }: StageRecipe, sampling: Sampling): optim.Schedule {
  const total = training.epochs * stepsPerEpoch(sampling)
  return optim.warmupCosine({ warmup: Math.ceil(training.warmup * total), total })
}

/** Clips the gradient's norm. @returns the norm before */
function clip({ optimizer, recipe }: StageLoop, all: readonly StageItem[]): number {
  const trained = optimizer.groups.flatMap(({ params }) => params)
  try {
    return optim.clipGradNorm(trained, recipe.training.clipNorm ?? Number.POSITIVE_INFINITY)
  } catch (error) {
    if (error instanceof TorchError && error.code === 'GradientNotFinite') throw notFinite('gradient', all)
    throw error
  }
}

function notFinite(what: string, group: readonly StageItem[]): EgoLensError {
  const ids = group.map(({ id }) => id)
  const message = `the ${what} is not finite on ${ids.slice(0, 8).join(', ')}${ids.length > 8 ? ', ...' : ''}`
  return new EgoLensError('training/not-finite', message, {
    cure: 'lower training.lr, set training.clipNorm, or train in float32; the last checkpoint is from before',
  })
}
