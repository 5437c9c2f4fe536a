import { TorchError } from '../errors.js'
import * as F from '../functional.js'
import type { Tensor } from '../tensor.js'
import { xavierUniform_, zeros_ } from './init.js'
import { Linear } from './linear.js'
import { Module } from './module.js'
import { blank, type LayerOptions } from './options.js'

export interface AttentionOptions extends LayerOptions {
  bias?: boolean
  /** Dropped share of the attention weights while training. */
  dropout?: number
  /** Inputs are [batch, length, dim] instead of [length, batch, dim]. */
  batchFirst?: boolean
}

export interface AttentionMasks {
  /**
   * [queries, keys], or [batch * heads, queries, keys]: where a boolean one is true nothing is attended to; a floating
   * one is added to the scores.
   */
  attnMask?: Tensor
  /** [batch, keys], boolean: true where a key is padding. */
  keyPaddingMask?: Tensor
}

/**
 * Attention of several heads (Vaswani et al. 2017, 3.2.2). State, as PyTorch's: `in_proj_weight` [3 dim, dim] with the
 * rows of queries, keys and values in this order, `in_proj_bias` [3 dim], `out_proj.weight`, `out_proj.bias`.
 * @example
 * const attention = new nn.MultiheadAttention(512, 8, { batchFirst: true })
 * const y = attention.forward(x)                        // self-attention
 * const z = attention.forward(queries, memory, memory, { keyPaddingMask })
 */
export class MultiheadAttention extends Module {
  readonly inProjWeight: Tensor
  readonly inProjBias: Tensor | null
  readonly outProj: Linear
  readonly dropout: number
  readonly batchFirst: boolean

  constructor(
    readonly dim: number,
    readonly heads: number,
    options: AttentionOptions = {},
  ) {
    super()
    if (dim % heads !== 0) throw new TorchError('BadArgument', `${heads} heads do not divide ${dim} dimensions.`)
    const bias = options.bias ?? true
    this.dropout = options.dropout ?? 0
    this.batchFirst = options.batchFirst ?? false
    this.inProjWeight = this.parameter('in_proj_weight', blank([3 * dim, dim], options))
    this.inProjBias = bias ? zeros_(this.parameter('in_proj_bias', blank([3 * dim], options))) : null
    this.outProj = this.register('out_proj', new Linear(dim, dim, { ...options, bias }))
    if (this.outProj.bias) zeros_(this.outProj.bias)
    xavierUniform_(this.inProjWeight, 1, options.generator)
  }

  /** @returns of the queries' shape */
  forward(query: Tensor, key = query, value = key, masks: AttentionMasks = {}): Tensor {
    const [q, k, v] = this.#project(query, key, value)
    const mask = this.#mask(q, k, masks)
    if (this.training && this.dropout > 0) return this.#join(this.#weights(q, k, mask, true).matmul(v))
    return this.#join(F.scaledDotProductAttention(q, k, v, mask ? { mask } : {}))
  }

  /** @returns the output, and the attention weights [batch, queries, keys] averaged over the heads */
  forwardWithWeights(query: Tensor, key = query, value = key, masks: AttentionMasks = {}): [Tensor, Tensor] {
    const [q, k, v] = this.#project(query, key, value)
    const weights = this.#weights(q, k, this.#mask(q, k, masks), this.training)
    return [this.#join(weights.matmul(v)), weights.mean(1)]
  }

  // [batch, heads, length, dim / heads] each. One product serves all three where they are one tensor.
  #project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    if (query === key && key === value) {
      const [first, second] = query.shape as [number, number]
      const parts = F.linear(query, this.inProjWeight, this.inProjBias)
        .view([first, second, 3, this.heads, this.dim / this.heads])
        .permute(this.batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4])
      // One copy, here and in the backward pass, brings all three into the order of the products.
      return parts.contiguous().unbind(0)
    }
    const biases = this.inProjBias?.chunk(3, 0)
    return this.inProjWeight
      .chunk(3, 0)
      .map((weight, i) => this.#split(F.linear([query, key, value][i]!, weight, biases?.[i] ?? null)))
  }

  #split(x: Tensor): Tensor {
    const split = x.view([x.shape[0]!, x.shape[1]!, this.heads, this.dim / this.heads])
    return split.permute(this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3])
  }

  #join(x: Tensor): Tensor {
    return this.outProj.forward(x.permute(this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]).flatten(2))
  }

  #weights(q: Tensor, k: Tensor, mask: Tensor | null, drop: boolean): Tensor {
    const scores = q.mul(1 / Math.sqrt(q.shape[3]!)).matmul(k.transpose(-2, -1))
    return F.dropout((mask ? scores.add(mask) : scores).softmax(-1), this.dropout, drop)
  }

  #mask(q: Tensor, k: Tensor, { attnMask, keyPaddingMask }: AttentionMasks): Tensor | null {
    const [batch, heads, queries] = q.shape as [number, number, number]
    const keys = k.shape[2]!
    let mask: Tensor | null = null
    if (attnMask) {
      const shape = attnMask.ndim === 3 ? [batch, heads, queries, keys] : [1, 1, queries, keys]
      mask = additive(attnMask, q).view(shape)
    }
    if (keyPaddingMask) {
      const padding = additive(keyPaddingMask, q).view([batch, 1, 1, keys])
      mask = mask ? mask.add(padding) : padding
    }
    return mask
  }
}

function additive(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype !== 'bool') return mask.to(like.dtype)
  return mask.to(like.dtype).maskedFill(mask, Number.NEGATIVE_INFINITY)
}
