import { full, ones } from '../creation.js'
import { callOp, schemaOf } from '../native.js'
import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'

export interface AttentionOptions {
  /** Added to the scores when floating, or true where attention is allowed when bool; broadcasts to [..., q, k]. */
  mask?: Tensor | null
  /** Each query sees keys up to its own position. */
  isCausal?: boolean
  /** Of the scores; 1 / sqrt(d) by default. */
  scale?: number
}

// libtorch 2.1 brought the operator with a scale; before it the same is written out.
const FUSED = 'scaled_dot_product_attention'
let fused: boolean | undefined

/**
 * softmax(q k^T * scale + mask) v; q [..., q, d], k [..., k, d], v [..., k, e].
 *
 * @returns [..., q, e]
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const { mask = null, isCausal = false } = options
  const scale = options.scale ?? 1 / Math.sqrt(q.shape.at(-1)!)
  fused ??= schemaOf(FUSED)?.includes(' scale') ?? false
  // The operator refuses a mask beside isCausal.
  if (fused && !(mask && isCausal)) return callOp(FUSED, '', [q, k, v, mask, 0, isCausal, scale]) as Tensor
  let scores = scaledScores(q, k, scale)
  if (isCausal) scores = ops.add_Tensor(scores, causalMask(scores))
  if (mask) {
    scores =
      mask.dtype === 'bool'
        ? ops.masked_fill_Scalar(scores, ops.logical_not(mask), Number.NEGATIVE_INFINITY)
        : ops.add_Tensor(scores, mask)
  }
  return ops.matmul(ops.softmax_int(scores, -1), v)
}

/** The scale goes to what is smaller: q has d columns, the scores have as many as there are keys. */
function scaledScores(q: Tensor, k: Tensor, scale: number): Tensor {
  const keys = ops.transpose_int(k, -2, -1)
  if (k.shape.at(-2)! < q.shape.at(-1)!) return ops.mul_Scalar(ops.matmul(q, keys), scale)
  return ops.matmul(ops.mul_Scalar(q, scale), keys)
}

function causalMask(scores: Tensor): Tensor {
  const [queries, keys] = scores.shape.slice(-2) as [number, number]
  const options = { dtype: scores.dtype, device: scores.device }
  const hidden = ops.triu(ones([queries, keys], { dtype: 'bool', device: scores.device }), 1)
  return ops.masked_fill_Scalar(full([queries, keys], 0, options), hidden, Number.NEGATIVE_INFINITY)
}
