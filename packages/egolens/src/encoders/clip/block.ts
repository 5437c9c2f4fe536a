import { F, type Tensor } from '@egolens/torch'
import type { Activation } from './config.js'

/** Weight and bias of a linear layer or a layer norm. */
export interface Affine {
  weight: Tensor
  bias: Tensor
}

/** One pre-norm transformer layer. Query, key and value are one matrix [3 W, W]. */
export interface BlockWeights {
  norm1: Affine
  qkv: Affine
  out: Affine
  norm2: Affine
  fc1: Affine
  fc2: Affine
}

/** What all layers of a tower share. */
export interface BlockSettings {
  heads: number
  eps: number
  /** `silu` where 1.702 is folded into the weights; `swiglu` multiplies the two halves of what fc1 gives. */
  activation: Activation | 'silu' | 'swiglu'
  /** Factor on query-key products; 1 where it is folded into the query's weights. */
  scale: number
}

/**
 * x [B, N, W] -> [B, N, W]: x + attention(norm(x)), then x + mlp(norm(x)).
 *
 * @param mask [N, N], added to the attention logits
 */
export function block(x: Tensor, w: BlockWeights, settings: BlockSettings, mask?: Tensor): Tensor {
  const attended = x.add(linear(attention(norm(x, w.norm1, settings.eps), w.qkv, settings, mask), w.out))
  const inner = activate(linear(norm(attended, w.norm2, settings.eps), w.fc1), settings.activation)
  return attended.add(linear(inner, w.fc2))
}

function attention(x: Tensor, qkv: Affine, { heads, scale }: BlockSettings, mask?: Tensor): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const parts = linear(x, qkv)
    .view([batch, length, 3, heads, width / heads])
    .permute([2, 0, 3, 1, 4])
    .contiguous()
  const [q, k, v] = [0, 1, 2].map((i) => parts.select(0, i).view([batch * heads, length, width / heads]))
  const products = q!.bmm(k!.transpose(1, 2))
  const scaled = scale === 1 ? products : products.mul(scale)
  const weights = (mask ? scaled.add(mask) : scaled).softmax(-1)
  return weights
    .bmm(v!)
    .view([batch, heads, length, width / heads])
    .transpose(1, 2)
    .reshape([batch, length, width])
}

export function activate(x: Tensor, activation: BlockSettings['activation']): Tensor {
  if (activation === 'silu') return x.silu()
  if (activation === 'swiglu') {
    const [gate, value] = x.chunk(2, -1)
    return gate!.silu().mul(value!)
  }
  if (activation === 'gelu') return x.gelu()
  return x.mul(x.mul(1.702).sigmoid())
}

export function linear(x: Tensor, { weight, bias }: Affine): Tensor {
  return F.linear(x, weight, bias)
}

export function norm(x: Tensor, { weight, bias }: Affine, eps: number): Tensor {
  return F.layerNorm(x, weight.shape, weight, bias, eps)
}
