import { F, type Tensor } from '@egolens/torch'

/** The label of a clip that says nothing of a component: such a clip is neither learned from nor counted. */
export const UNLABELLED = -1

/**
 * The mean cross-entropy over those clips of a batch that have a label; 0, with gradients of 0, where none has.
 *
 * @param logits [B, K]
 * @param labels [B] int64, {@link UNLABELLED} where a clip has none
 */
export function labelledCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const some = labels.max().item() > UNLABELLED
  // The mean over no clip would not be a number.
  return F.crossEntropy(logits, labels, { ignoreIndex: UNLABELLED, reduction: some ? 'mean' : 'sum' })
}
