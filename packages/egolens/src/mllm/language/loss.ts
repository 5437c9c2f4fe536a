import { F, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import type { CausalLM } from './model.js'

/** The label of a token that is no target. */
export const IGNORED = -100

/**
 * Cross-entropy of each target by what precedes it, the mean over the targets (L_VTG of Exo2Ego). Logits are made for
 * these only: of a sequence most tokens are a video.
 *
 * @param hidden [B, L, W], what `forward` gives
 * @param labels int64 [B, L], the token itself where it is a target and -100 elsewhere; the first is never one
 * @throws EgoLensError `mllm/no-targets`
 */
export function nextTokenLoss(model: CausalLM, hidden: Tensor, labels: Tensor): Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number]
  const next = labels.narrow(1, 1, length - 1).reshape([-1])
  const places = next.ne(IGNORED).nonzero().squeeze(1)
  if (places.shape[0] === 0) {
    throw new EgoLensError('mllm/no-targets', `none of ${batch} texts has a token to learn`, {
      cure: 'leave out samples without an answer; an answer cut off by its length has none either',
    })
  }
  const before = hidden.narrow(1, 0, length - 1).reshape([-1, width])
  return F.crossEntropy(wide(model.logits(before.indexSelect(0, places))), next.indexSelect(0, places))
}

/** Half types in float32, for sums over a vocabulary. */
export const wide = (x: Tensor): Tensor => (x.dtype === 'bfloat16' || x.dtype === 'float16' ? x.float() : x)
