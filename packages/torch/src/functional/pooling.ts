import { TorchError } from '../errors.js'
import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'

type Sizes = number | readonly number[]

export interface PoolOptions {
  /** The kernel's size unless given. */
  stride?: Sizes
  padding?: Sizes
  ceilMode?: boolean
}

/** Means over windows; x [batch, channels, height, width]. */
export function avgPool2d(x: Tensor, kernel: Sizes, options: PoolOptions & { countIncludePad?: boolean } = {}): Tensor {
  const { stride = kernel, padding = 0, ceilMode = false, countIncludePad = true } = options
  return ops.avg_pool2d(x, kernel, stride, padding, ceilMode, countIncludePad)
}

/** Largest elements of windows; x [batch, channels, height, width]. */
export function maxPool2d(x: Tensor, kernel: Sizes, options: PoolOptions & { dilation?: Sizes } = {}): Tensor {
  const { stride = kernel, padding = 0, dilation = 1, ceilMode = false } = options
  return ops.max_pool2d(x, kernel, stride, padding, dilation, ceilMode)
}

/** Means over windows chosen so that the result has a given height and width. */
export const adaptiveAvgPool2d = (x: Tensor, size: Sizes): Tensor => ops.adaptive_avg_pool2d(x, size)

export interface InterpolateOptions {
  /** [height, width] of the result. */
  size: readonly [number, number]
  mode?: 'nearest' | 'bilinear' | 'bicubic'
  alignCorners?: boolean
  /** Filters before shrinking, as Pillow does; bilinear and bicubic. */
  antialias?: boolean
}

/** Resizes pictures; x [batch, channels, height, width] of a floating dtype. */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { size, mode = 'nearest', alignCorners = false, antialias = false } = options
  if (mode === 'nearest') {
    if (antialias) throw new TorchError('BadArgument', "interpolate: antialias needs mode 'bilinear' or 'bicubic'")
    return ops.upsample_nearest2d(x, size)
  }
  if (mode === 'bilinear') {
    return antialias
      ? ops._upsample_bilinear2d_aa(x, size, alignCorners)
      : ops.upsample_bilinear2d(x, size, alignCorners)
  }
  return antialias ? ops._upsample_bicubic2d_aa(x, size, alignCorners) : ops.upsample_bicubic2d(x, size, alignCorners)
}
