import * as F from '../functional.js'
import type { Tensor } from '../tensor.js'
import { normal_ } from './init.js'
import { Module } from './module.js'
import { blank, type LayerOptions } from './options.js'

/**
 * A table of vectors, looked up by whole numbers: int64 [...] -> [..., dim]. State: `weight` [count, dim], N(0, 1).
 * @example new nn.Embedding(49408, 512).forward(tokens)
 */
export class Embedding extends Module {
  readonly weight: Tensor

  constructor(
    readonly count: number,
    readonly dim: number,
    options: LayerOptions = {},
  ) {
    super()
    this.weight = this.parameter('weight', blank([count, dim], options))
    normal_(this.weight, 0, 1, options.generator)
  }

  forward(indices: Tensor): Tensor {
    return F.embedding(indices, this.weight)
  }
}
