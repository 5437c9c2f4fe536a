import type { StageRecipe } from '../recipe.schema.js'
import { sum } from './costs/cost.js'
import type { PartSize } from './parameters.js'
import type { NetworkPass, Passes } from './passes.js'

/** Bytes on one device, by what they are for. */
export interface MemoryByKind {
  /** Trained parts and image towers in float32, the language model in the recipe's precision. */
  weights: number
  /** Copies of trained weights in bfloat16, which autocast makes for a pass. */
  casts: number
  gradients: number
  /** AdamW's two means. */
  optimizer: number
  /** Of a local batch. */
  activations: number
  /** Of a local batch: those of the targets, with their gradients. */
  logits: number
  /** What CUDA and its libraries take for themselves. */
  other: number
  total: number
}

/** CUDA's context, and workspaces of cuBLAS, cuDNN and NCCL: an allowance, not a count. */
const OTHER = 2e9

/** Gradients that are alive while a layer goes backward, as a share of what the layer keeps. */
const GRADIENTS_INSIDE = 0.5

export interface MemoryOptions {
  localBatch: number
  checkpointing: boolean
  precision: StageRecipe['training']['precision']
}

/** Adds up what a step needs. @param passes those of `precision` */
export function memoryOf(parts: readonly PartSize[], passes: Passes, options: MemoryOptions): MemoryByKind {
  const half = options.precision === 'bfloat16'
  const trained = sum(parts.filter((part) => part.trained).map(({ parameters }) => parameters))
  const kinds = {
    weights: sum(parts.map(({ part, parameters }) => parameters * (part === 'llm' && half ? 2 : 4))),
    casts: half ? 2 * trained : 0,
    gradients: 4 * trained,
    optimizer: 8 * trained,
    activations: options.localBatch * activationsOf(passes, options.checkpointing),
    logits: options.localBatch * passes.logits.kept,
    other: OTHER,
  }
  return { ...kinds, total: sum(Object.values(kinds)) }
}

/** Bytes of activations of one record, with or without computing layers a second time. */
export function activationsOf({ passes, losses }: Passes, checkpointing: boolean): number {
  const widest = Math.max(...passes.map((pass) => whileBackward(pass, checkpointing)))
  return sum(passes.map((pass) => keptBy(pass, checkpointing))) + losses + widest
}

const isActive = ({ trained, below }: NetworkPass) => trained || below

function keptBy(pass: NetworkPass, checkpointing: boolean): number {
  const { layers, output, taped } = pass
  if (checkpointing && taped) return sum(layers.map(({ input }) => input)) + output
  return (isActive(pass) ? sum(layers.map(({ kept }) => kept)) : 0) + output
}

/** What one layer adds while its gradients are found: itself, where it is computed a second time, and these. */
function whileBackward(pass: NetworkPass, checkpointing: boolean): number {
  if (!isActive(pass)) return 0
  const again = checkpointing && pass.taped ? 1 : 0
  return (again + GRADIENTS_INSIDE) * Math.max(...pass.layers.map(({ kept }) => kept))
}
