import * as F from '../functional.js'
import type { Tensor } from '../tensor.js'
import { affine_ } from './init.js'
import { Module } from './module.js'
import { blank, type LayerOptions } from './options.js'

export interface LinearOptions extends LayerOptions {
  bias?: boolean
}

/**
 * y = x W^T + b over the last dimension: [..., in] -> [..., out]. State: `weight` [out, in], `bias` [out].
 * @example new nn.Linear(512, 64, { generator: new Generator(1) }).forward(x)
 */
export class Linear extends Module {
  readonly weight: Tensor
  readonly bias: Tensor | null

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super()
    this.weight = this.parameter('weight', blank([outFeatures, inFeatures], options))
    this.bias = (options.bias ?? true) ? this.parameter('bias', blank([outFeatures], options)) : null
    affine_(this.weight, this.bias, options.generator)
  }

  forward(x: Tensor): Tensor {
    return F.linear(x, this.weight, this.bias)
  }
}
