import { eye, F, type Tensor } from '@egolens/torch'
import type { EgoPromptOptions } from './egoprompt.options.js'

// The Diverse Pool Criteria, and the pull of L2P (Wang et al., CVPR 2022, equation 5). The abstract names the first
// two; their forms are a reconstruction.

/**
 * Soft usage u_m: the mean over components and clips of softmax_m(s / tau_f). It sums to 1.
 * @param scores cosines of queries with keys, [C, B, M]
 * @returns [M]
 */
export function softUsage(scores: Tensor, temperature: number): Tensor {
  return scores.div(temperature).softmax(-1).mean([0, 1])
}

/**
 * How far usage is from even: `kl` is its divergence from the uniform distribution, sum u log(M u); `l2` the squared
 * distance from it. Both are 0 where every pair is used alike.
 */
export function frequencyLoss(usage: Tensor, kind: 'kl' | 'l2'): Tensor {
  const size = usage.numel
  if (kind === 'l2')
    return usage
      .sub(1 / size)
      .pow(2)
      .sum()
  // Usage of exactly 0 counts for nothing: u log u goes to 0 with u.
  return usage.mul(usage.mul(size).clamp(1e-30).log()).sum()
}

/**
 * Mean squared cosine between different rows, of keys plus of prompts, or of one of them:
 * |K K^t - I|^2 / (M (M - 1)) with rows at unit length, the same for P.
 * @param keys [M, d]
 * @param prompts [M, ...], flattened to a row a pair
 */
export function orthogonalityLoss(keys: Tensor, prompts: Tensor, on: EgoPromptOptions['orthOn'] = 'both'): Tensor {
  const rows = { both: [keys, prompts], keys: [keys], prompts: [prompts] }[on]
  const sums = rows.map((table) => offDiagonal(table).pow(2).sum())
  return sums.reduce((sum, one) => sum.add(one)).div(pairsOf(keys))
}

/** Mean |cos| between different rows. */
export function meanCosine(rows: Tensor): Tensor {
  return offDiagonal(rows).abs().sum().div(pairsOf(rows))
}

/** Mean of 1 - cosine over the keys that were chosen. @param scores [C, B, M] @param chosen [C, B, N] */
export function pullLoss(scores: Tensor, chosen: Tensor): Tensor {
  return scores.gather(-1, chosen).mean().mul(-1).add(1)
}

/**
 * Scores by which training chooses pairs: frequent ones lose. `kl` and `l2` take s - beta (M f - 1); `l2p` is the
 * distance times the frequency of L2P's code, turned round so that the largest is best.
 * @param frequency share of all choices that fell on a pair, [M]
 */
export function penalised(scores: Tensor, frequency: Tensor, { freq, penalty }: EgoPromptOptions): Tensor {
  if (freq === 'none') return scores
  if (freq === 'l2p') return scores.sub(1).mul(frequency)
  return scores.sub(frequency.mul(frequency.numel).sub(1).mul(penalty))
}

/** Entropy of usage over that of even usage: 1 where all pairs are chosen alike, 0 where only one is. */
export function usageEntropy(frequency: Tensor): Tensor {
  return frequency.mul(frequency.clamp(1e-30).log()).sum().div(-Math.log(frequency.numel))
}

function offDiagonal(rows: Tensor): Tensor {
  const unit = F.normalize(rows.flatten(1))
  return unit.matmul(unit.t()).sub(eye(rows.shape[0]!, { dtype: unit.dtype, device: unit.device }))
}

const pairsOf = ({ shape }: Tensor) => shape[0]! * (shape[0]! - 1)
