import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'
import type { Size } from './conv.js'
import { Module } from './module.js'

const pair = (size: Size): number[] => (typeof size === 'number' ? [size, size] : [...size])

/** Mirrors a picture [n, c, h, w] beyond its edges, without the edge itself: one width, or left, right, top, bottom. */
export class ReflectionPad2d extends Module {
  readonly padding: readonly number[]

  constructor(padding: number | readonly [number, number, number, number]) {
    super()
    this.padding = typeof padding === 'number' ? [padding, padding, padding, padding] : [...padding]
  }

  forward(x: Tensor): Tensor {
    return ops.reflection_pad2d(x, this.padding)
  }
}

export interface PoolOptions {
  /** The kernel's size by default. */
  stride?: Size
  padding?: Size
}

/** Means over windows of [n, c, h, w]; padding counts as zeros. */
export class AvgPool2d extends Module {
  constructor(
    readonly kernel: Size,
    private readonly options: PoolOptions = {},
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    const { stride = this.kernel, padding = 0 } = this.options
    return ops.avg_pool2d(x, pair(this.kernel), pair(stride), pair(padding), false, true, null)
  }
}

/** The largest over windows of [n, c, h, w]. */
export class MaxPool2d extends Module {
  constructor(
    readonly kernel: Size,
    private readonly options: PoolOptions = {},
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    const { stride = this.kernel, padding = 0 } = this.options
    return ops.max_pool2d(x, pair(this.kernel), pair(stride), pair(padding), [1, 1], false)
  }
}

/** Means over as many windows as wanted: [n, c, h, w] -> [n, c, ...size]. */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly size: Size) {
    super()
  }

  forward(x: Tensor): Tensor {
    return ops.adaptive_avg_pool2d(x, pair(this.size))
  }
}
