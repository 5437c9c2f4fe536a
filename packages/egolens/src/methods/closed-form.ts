import type { Tensor } from '@egolens/torch'

/**
 * Cosines of every video with its own adapted text classifier, <normalise(t_k + a_b), v_b>.
 *
 * The adapted classifiers of a batch would be a [B, K, D] tensor (250 MB for 32 clips and EPIC-KITCHENS' 3,806
 * actions at D = 512). They are never needed: v.(t + a) = v.t + v.a and |t + a|^2 = |t|^2 + 2 t.a + |a|^2, so two
 * small matrix products give the same numbers and the same gradients.
 *
 * @param text [K, D] class vectors t
 * @param condition [B, D] X-MIC-vectors a, already scaled
 * @param video [B, D] unit video vectors v
 * @returns [B, K]
 */
export function conditionedCosines(text: Tensor, condition: Tensor, video: Tensor): Tensor {
  const transposed = text.t()
  const dot = video.matmul(transposed).add(video.mul(condition).sum(-1, true))
  const squaredNorm = condition
    .matmul(transposed)
    .mul(2)
    .add(text.mul(text).sum(-1))
    .add(condition.mul(condition).sum(-1, true))
  // Rounding can leave a tiny negative square where the condition cancels a class vector.
  return dot.mul(squaredNorm.clamp(1e-12).rsqrt())
}

/** The same by its definition, with the [B, K, D] tensor: what `conditionedCosines` is tested against. */
export function conditionedCosinesMaterialised(text: Tensor, condition: Tensor, video: Tensor): Tensor {
  const adapted = text.unsqueeze(0).add(condition.unsqueeze(1))
  const unit = adapted.div(adapted.norm(2, -1, true))
  return unit.matmul(video.unsqueeze(-1)).squeeze(-1)
}
