import { autocast, type Tensor } from '@egolens/torch'

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
  return fullPrecision(() => {
    const [t, a, v] = [text.float(), condition.float(), video.float()]
    const dot = v.matmul(t.t()).add(v.mul(a).sum(-1, true))
    const squaredNorm = a.matmul(t.t()).mul(2).add(t.mul(t).sum(-1)).add(a.mul(a).sum(-1, true))
    // Rounding can leave a tiny negative square where the condition cancels a class vector.
    return dot.mul(squaredNorm.clamp(1e-12).rsqrt())
  })
}

/**
 * Cosines of videos with a classifier for all, both at unit length.
 * @param text [K, D]
 * @param video [B, D]
 * @returns [B, K]
 */
export function cosines(text: Tensor, video: Tensor): Tensor {
  return fullPrecision(() => video.float().matmul(text.float().t()))
}

/** Cosines are multiplied by some 100: three digits of bfloat16 would decide between classes that are near. */
export function fullPrecision<T>(compute: () => T): T {
  return autocast({ dtype: 'bfloat16', enabled: false }, compute)
}

/** The same by its definition, with the [B, K, D] tensor: what `conditionedCosines` is tested against. */
export function conditionedCosinesMaterialised(text: Tensor, condition: Tensor, video: Tensor): Tensor {
  const adapted = text.unsqueeze(0).add(condition.unsqueeze(1))
  const unit = adapted.div(adapted.norm(2, -1, true))
  return unit.matmul(video.unsqueeze(-1)).squeeze(-1)
}
