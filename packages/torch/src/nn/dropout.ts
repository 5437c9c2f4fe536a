import * as F from '../functional.js'
import type { Generator } from '../generator.js'
import type { Tensor } from '../tensor.js'
import { Module } from './module.js'

/** Zeroes elements with probability p while training and divides the others by 1 - p; nothing afterwards. */
export class Dropout extends Module {
  readonly #generator: Generator | undefined

  constructor(
    readonly p = 0.5,
    { generator }: { generator?: Generator } = {},
  ) {
    super()
    this.#generator = generator
  }

  forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? F.dropout(x, this.p, true, this.#generator) : x
  }
}
