import type { StageRecipe } from '../recipe.schema.js'
import { type MemoryByKind, memoryOf } from './memory.js'
import type { PartSize } from './parameters.js'
import { passesOf, type TextTokens } from './passes.js'
import type { Sizes } from './sizes.js'

/** Whether a step fits a device, and what would. */
export interface Fit {
  /** Bytes of the device. */
  memory: number
  fits: boolean
  /** The largest local batch that fits, up to a process' share of the global batch; 0 where none does. */
  localBatch: number
  /** What to change so that it fits, the least change first; empty where it does. */
  advice: string[]
}

/** Of a device's memory, what an allocator's gaps leave. */
const USABLE = 0.95

export interface FitOptions {
  recipe: StageRecipe
  sizes: Sizes
  parts: readonly PartSize[]
  tokens: TextTokens
  fused: boolean
  /** Records that a process has of a step. */
  share: number
  /** Records that go through the model together. */
  localBatch: number
  memory: number
}

type Change = Partial<Pick<StageRecipe['training'], 'checkpointing' | 'precision'>>

/** Holds a step against a device's memory. */
export function fitOf(options: FitOptions): Fit {
  const { recipe, localBatch, memory, share } = options
  const room = (change: Change) => largestBatch(change, options)
  const own = room({})
  if (own >= localBatch) return { memory, fits: true, localBatch: own, advice: [] }
  const { checkpointing, precision } = recipe.training
  const changes: Change[] = [
    ...(checkpointing ? [] : [{ checkpointing: true }]),
    ...(precision === 'bfloat16' ? [] : [{ precision: 'bfloat16' as const }]),
    ...(checkpointing || precision === 'bfloat16' ? [] : [{ checkpointing: true, precision: 'bfloat16' as const }]),
  ]
  const advice = [{}, ...changes].flatMap((change) => {
    const batch = Math.min(room(change), localBatch, share)
    return batch < 1 ? [] : [settings(change, batch < localBatch ? batch : undefined)]
  })
  return { memory, fits: false, localBatch: own, advice: advice.length > 0 ? advice : [larger(options)] }
}

/** "--set training.checkpointing=true --set training.localBatch=2" */
function settings(change: Change, localBatch: number | undefined): string {
  const all = { ...change, ...(localBatch === undefined ? {} : { localBatch }) }
  return Object.entries(all)
    .map(([key, value]) => `--set training.${key}=${value}`)
    .join(' ')
}

function larger(options: FitOptions): string {
  const { frames } = options.recipe.model
  const least = stepMemory({ checkpointing: true, precision: 'bfloat16' }, 1, options).total / USABLE
  const fewer = frames > 1 ? `, or fewer frames (--set model.frames=${Math.ceil(frames / 2)})` : ''
  return `a device of ${Math.ceil(least / 1e9)} GB, with checkpointing, bfloat16 and a local batch of 1${fewer}`
}

/** The largest local batch that fits after a change of the recipe. */
function largestBatch(change: Change, options: FitOptions): number {
  const [none, one] = [0, 1].map((batch) => stepMemory(change, batch, options).total) as [number, number]
  const room = Math.floor((USABLE * options.memory - none) / (one - none))
  return Math.max(0, Math.min(room, options.share))
}

/** Memory of a step after a change of the recipe. */
export function stepMemory(
  change: Change,
  localBatch: number,
  options: Omit<FitOptions, 'share' | 'memory'>,
): MemoryByKind {
  const { recipe, sizes, parts, tokens, fused } = options
  const training = { ...recipe.training, ...change }
  const { checkpointing, precision } = training
  const passes = passesOf({ ...recipe, training }, sizes, tokens, fused)
  return memoryOf(parts, passes, { localBatch, checkpointing, precision })
}
