import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'

export type Reduction = 'none' | 'mean' | 'sum'

const reductionCode = { none: 0, mean: 1, sum: 2 } as const

export interface CrossEntropyOptions {
  /** Class weights [classes]. */
  weight?: Tensor | null
  /** A target that counts for nothing. */
  ignoreIndex?: number
  reduction?: Reduction
  labelSmoothing?: number
}

/** Cross-entropy of logits [n, classes, ...] and targets: int64 classes [n, ...], or probabilities like the logits. */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { weight, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0 } = options
  return ops.cross_entropy_loss(logits, targets, weight ?? null, reductionCode[reduction], ignoreIndex, labelSmoothing)
}

export const mseLoss = (x: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor =>
  ops.mse_loss(x, target, reductionCode[reduction])

export const l1Loss = (x: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor =>
  ops.l1_loss(x, target, reductionCode[reduction])

export const smoothL1Loss = (x: Tensor, target: Tensor, reduction: Reduction = 'mean', beta = 1): Tensor =>
  ops.smooth_l1_loss(x, target, reductionCode[reduction], beta)

/** Negative log-likelihood of log-probabilities [n, classes]. */
export const nllLoss = (x: Tensor, target: Tensor, reduction: Reduction = 'mean', ignoreIndex = -100): Tensor =>
  ops.nll_loss(x, target, null, reductionCode[reduction], ignoreIndex)

/** Kullback-Leibler divergence of a target from an input of log-probabilities. */
export const klDiv = (x: Tensor, target: Tensor, reduction: Reduction = 'mean', logTarget = false): Tensor =>
  ops.kl_div(x, target, reductionCode[reduction], logTarget)

/** Binary cross-entropy of logits and targets between 0 and 1. */
export const binaryCrossEntropyWithLogits = (x: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor =>
  ops.binary_cross_entropy_with_logits(x, target, null, null, reductionCode[reduction])
