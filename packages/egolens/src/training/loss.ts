import type { Tensor } from '@egolens/torch'
import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { labelledCrossEntropy, UNLABELLED } from '../methods/cross-entropy.js'
import type { Batch, Output } from '../methods/types.js'

/**
 * The sum of cross-entropies over components, each the mean over the clips that have a label, and of a method's own
 * extra losses.
 */
export function defaultLoss({ logits, aux = {} }: Output, { labels }: Batch): Tensor {
  const losses = Object.entries(logits).map(([component, scores]) => {
    const wanted = labels[component as Component]
    if (wanted) return labelledCrossEntropy(scores, wanted)
    throw new EgoLensError('training/no-labels', `the batch has no ${component} labels`)
  })
  return [...losses, ...Object.values(aux)].reduce((sum, loss) => sum.add(loss))
}

/** How many clips have their own label at the top. */
export function countCorrect({ logits }: Output, { labels }: Batch): Record<string, number> {
  const correct: Record<string, number> = {}
  for (const [component, scores] of Object.entries(logits)) {
    const wanted = labels[component as Component]
    if (wanted) correct[component] = scores.argmax(-1).eq(wanted).sum().item()
  }
  return correct
}

/** How many clips have a label, by component: what correct ones are a share of. */
export function countLabelled({ labels }: Batch): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const [component, wanted] of Object.entries(labels)) counted[component] = wanted.gt(UNLABELLED).sum().item()
  return counted
}
