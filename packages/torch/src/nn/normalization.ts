import * as F from '../functional.js'
import type { Tensor } from '../tensor.js'
import { ones_, zeros_ } from './init.js'
import { Module } from './module.js'
import { blank, type LayerOptions } from './options.js'

export interface NormOptions extends LayerOptions {
  eps?: number
  /** Learn a weight and a bias; true by default (false for instance normalisation). */
  affine?: boolean
}

/**
 * Normalises over the last dimensions (Ba et al. 2016). State: `weight`, `bias` of the normalised shape.
 * @param shape the last dimensions, or the size of the last one
 */
export class LayerNorm extends Module {
  readonly shape: number[]
  readonly eps: number
  readonly weight: Tensor | null
  readonly bias: Tensor | null

  constructor(shape: number | readonly number[], options: NormOptions & { bias?: boolean } = {}) {
    super()
    this.shape = typeof shape === 'number' ? [shape] : [...shape]
    this.eps = options.eps ?? 1e-5
    const affine = options.affine ?? true
    this.weight = affine ? ones_(this.parameter('weight', blank(this.shape, options))) : null
    const biased = affine && (options.bias ?? true)
    this.bias = biased ? zeros_(this.parameter('bias', blank(this.shape, options))) : null
  }

  forward(x: Tensor): Tensor {
    return F.layerNorm(x, this.shape, this.weight, this.bias, this.eps)
  }
}

/** Layer normalisation of a picture's channels, at every place alone: [n, channels, h, w]. */
export class LayerNorm2d extends LayerNorm {
  override forward(x: Tensor): Tensor {
    return super.forward(x.permute([0, 2, 3, 1])).permute([0, 3, 1, 2])
  }
}

/**
 * x / sqrt(mean(x^2) + eps) * weight over the last dimension (Zhang and Sennrich 2019), found in float32 for half
 * types as Mistral does. State: `weight` [dim].
 */
export class RMSNorm extends Module {
  readonly eps: number
  readonly weight: Tensor

  constructor(
    readonly dim: number,
    options: LayerOptions & { eps?: number } = {},
  ) {
    super()
    this.eps = options.eps ?? 1e-6
    this.weight = ones_(this.parameter('weight', blank([dim], options)))
  }

  forward(x: Tensor): Tensor {
    const half = x.dtype === 'float16' || x.dtype === 'bfloat16'
    const wide = half ? x.float() : x
    const scaled = wide.mul(wide.mul(wide).mean(-1, true).add(this.eps).rsqrt())
    return (half ? scaled.to(x.dtype) : scaled).mul(this.weight)
  }
}

/** Normalises groups of channels (Wu and He 2018): [n, channels, ...]. State: `weight`, `bias` [channels]. */
export class GroupNorm extends Module {
  readonly eps: number
  readonly weight: Tensor | null
  readonly bias: Tensor | null

  constructor(
    readonly groups: number,
    readonly channels: number,
    options: NormOptions = {},
  ) {
    super()
    this.eps = options.eps ?? 1e-5
    const affine = options.affine ?? true
    this.weight = affine ? ones_(this.parameter('weight', blank([channels], options))) : null
    this.bias = affine ? zeros_(this.parameter('bias', blank([channels], options))) : null
  }

  forward(x: Tensor): Tensor {
    return F.groupNorm(x, this.groups, this.weight, this.bias, this.eps)
  }
}
