import { arange, F, type Tensor } from '@egolens/torch'

/**
 * CLIP's objective (Radford et al. 2021, figure 3): the mean of both directions' cross-entropy over the batch's
 * cosine similarities, scaled by exp(logitScale), the b-th image belonging to the b-th text.
 */
export function contrastiveLoss(images: Tensor, texts: Tensor, logitScale: Tensor): Tensor {
  const logits = F.normalize(images).matmul(F.normalize(texts).t()).mul(logitScale.exp())
  const targets = arange(0, images.shape[0]!, 1, { dtype: 'int64' })
  return F.crossEntropy(logits, targets).add(F.crossEntropy(logits.t(), targets)).mul(0.5)
}
