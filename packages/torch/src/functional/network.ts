import { TorchError } from '../errors.js'
import type { Generator } from '../generator.js'
import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'

/** x @ weight^T + bias; x [..., in], weight [out, in], bias [out]. */
export const linear = (x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor => ops.linear(x, weight, bias ?? null)

/**
 * Normalises over the last dimensions, whose sizes are given; then scales and shifts. Where x is of a half type and the
 * weight of float32, x is widened first: within autocast a product gives a half type, and only on CUDA does libtorch
 * widen it by itself.
 */
export function layerNorm(
  x: Tensor,
  shape: readonly number[],
  weight?: Tensor | null,
  bias?: Tensor | null,
  eps = 1e-5,
): Tensor {
  return ops.layer_norm(widened(x, weight), shape, weight ?? null, bias ?? null, eps)
}

/** Normalises over groups of channels; x [batch, channels, ...]. Half types are widened as for `layerNorm`. */
export function groupNorm(x: Tensor, groups: number, weight?: Tensor | null, bias?: Tensor | null, eps = 1e-5): Tensor {
  return ops.group_norm(widened(x, weight), groups, weight ?? null, bias ?? null, eps)
}

function widened(x: Tensor, weight?: Tensor | null): Tensor {
  const half = x.dtype === 'bfloat16' || x.dtype === 'float16'
  return half && weight?.dtype === 'float32' ? x.float() : x
}

export interface NormalizeOptions {
  p?: number
  dim?: number
  eps?: number
}

/** x divided by its p-norm along a dimension, the norm being at least eps. */
export function normalize(x: Tensor, { p = 2, dim = -1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  return ops.div_Tensor(x, ops.clamp_min(ops.linalg_vector_norm(x, p, dim, true), eps))
}

/** Cosine of the angle between vectors along a dimension. */
export const cosineSimilarity = (a: Tensor, b: Tensor, dim = 1, eps = 1e-8): Tensor =>
  ops.cosine_similarity(a, b, dim, eps)

/** Rows of a table by index; the row of paddingIdx gets no gradient. */
export function embedding(indices: Tensor, weight: Tensor, { paddingIdx = -1 }: { paddingIdx?: number } = {}): Tensor {
  return ops.embedding(weight, indices, paddingIdx)
}

/** While training, zeroes elements with probability p and scales the others by 1 / (1 - p). */
export function dropout(x: Tensor, p = 0.5, training = true, generator?: Generator): Tensor {
  if (!(p >= 0 && p <= 1)) throw new TorchError('BadArgument', `dropout: p must lie between 0 and 1, not ${p}`)
  if (!training || p === 0) return x
  if (generator === undefined) return ops.dropout(x, p, true)
  const kept = ops.bernoulli__float(ops.empty_like(x), 1 - p, generator)
  if (p < 1) ops.div__Scalar(kept, 1 - p)
  return ops.mul_Tensor(x, kept)
}

export const softmax = (x: Tensor, dim: number): Tensor => ops.softmax_int(x, dim)
export const logSoftmax = (x: Tensor, dim: number): Tensor => ops.log_softmax_int(x, dim)
export const gelu = (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor => ops.gelu(x, approximate)
export const relu = (x: Tensor): Tensor => ops.relu(x)
export const silu = (x: Tensor): Tensor => ops.silu(x)

/** int64 labels to rows with a single 1; int64. */
export const oneHot = (labels: Tensor, classes = -1): Tensor => ops.one_hot(labels, classes)

export type PadMode = 'constant' | 'reflect' | 'replicate'

/** Pads the last dimensions: [left, right] of the last one, then of the one before, and so on. */
export function pad(x: Tensor, sizes: readonly number[], mode: PadMode = 'constant', value = 0): Tensor {
  if (mode === 'constant') return ops.constant_pad_nd(x, sizes, value)
  if (mode === 'reflect') return sizes.length === 2 ? ops.reflection_pad1d(x, sizes) : ops.reflection_pad2d(x, sizes)
  return ops.replication_pad2d(x, sizes)
}
