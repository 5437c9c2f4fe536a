import { cat, F, scope, type Tensor } from '@egolens/torch'
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

/** What of a layer is not as in every layer. */
export interface BlockExtras {
  /** [N, N], added to the attention logits. */
  mask?: Tensor | undefined
  /** Groups of tokens [B / r, M, W] that are keys and values only, each one group for r neighbouring items. */
  beside?: readonly Tensor[] | undefined
  /** How many tokens, from the first on, leave the layer; the others are keys and values only. */
  kept?: number | undefined
}

/** x [B, N, W] -> [B, kept or N, W]: x + attention(norm(x)), then x + mlp(norm(x)). */
export function block(x: Tensor, w: BlockWeights, settings: BlockSettings, extras: BlockExtras = {}): Tensor {
  const { mask, beside = [], kept } = extras
  // What is not needed further is freed before the larger half: the next operator finds its memory warm.
  const seen = scope(() => {
    const normed = norm(x, w.norm1, settings.eps)
    if (kept === undefined && beside.length === 0) return attention(normed, w.qkv, settings, mask)
    const others = beside.map((tokens) => norm(tokens, w.norm1, settings.eps))
    return wideAttention(normed, others, w.qkv, settings, extras)
  })
  return mlp((kept === undefined ? x : x.narrow(1, 0, kept)).add(linear(seen, w.out)), w, settings)
}

/** x + mlp(norm(x)), a layer's second half. */
export function mlp(x: Tensor, w: BlockWeights, settings: BlockSettings): Tensor {
  const inner = activate(linear(norm(x, w.norm2, settings.eps), w.fc1), settings.activation)
  return x.add(linear(inner, w.fc2))
}

function attention(x: Tensor, qkv: Affine, { heads, scale }: BlockSettings, mask?: Tensor): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const parts = linear(x, qkv)
    .view([batch, length, 3, heads, width / heads])
    .permute([2, 0, 3, 1, 4])
    .contiguous()
  // Taken apart as one, so that the backward pass puts the three together in one copy.
  const [q, k, v] = parts.unbind(0).map((part) => part.view([batch * heads, length, width / heads]))
  return attend(q!, k!, v!, scale, mask)
    .view([batch, heads, length, width / heads])
    .transpose(1, 2)
    .reshape([batch, length, width])
}

/**
 * Attention in which fewer tokens ask than are looked at: queries of the first `kept`, keys and values of all tokens
 * and of the groups beside them. A group that items share is multiplied with the weights once.
 */
function wideAttention(
  x: Tensor,
  beside: readonly Tensor[],
  qkv: Affine,
  { heads, scale }: BlockSettings,
  { mask, kept }: BlockExtras,
): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const depth = width / heads
  const part = (from: number, count: number): Affine => ({
    weight: qkv.weight.narrow(0, from * width, count * width),
    bias: qkv.bias.narrow(0, from * width, count * width),
  })
  const asking = kept ?? length
  const q = linear(kept === undefined ? x : x.narrow(1, 0, kept), part(0, 1))
    .view([batch, asking, heads, depth])
    .transpose(1, 2)
    .reshape([batch * heads, asking, depth])
  const weights = part(1, 2)
  const groups = [x, ...beside].map((tokens) => {
    const [items, count] = tokens.shape as [number, number]
    const both = linear(tokens, weights).view([items, count, 2, heads, depth]).permute([2, 0, 3, 1, 4])
    // Only what is shared is copied here; `cat` reads the others as they lie.
    if (items === batch) return both
    return both
      .unsqueeze(2)
      .expand([2, items, batch / items, heads, count, depth])
      .reshape([2, batch, heads, count, depth])
  })
  const all = cat(groups, 3)
  const [k, v] = all.unbind(0).map((part) => part.view([batch * heads, all.shape[3]!, depth]))
  return attend(q, k!, v!, scale, mask?.narrow(0, 0, asking))
    .view([batch, heads, asking, depth])
    .transpose(1, 2)
    .reshape([batch, asking, width])
}

/** Queries, keys and values [B heads, N, W / heads]. */
function attend(q: Tensor, k: Tensor, v: Tensor, scale: number, mask?: Tensor): Tensor {
  const weights = scope(() => {
    const products = q.bmm(k.transpose(1, 2))
    const scaled = scale === 1 ? products : products.mul(scale)
    return (mask ? scaled.add(mask) : scaled).softmax(-1)
  })
  return weights.bmm(v)
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
