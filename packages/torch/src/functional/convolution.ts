import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'

type Sizes = number | readonly number[]

export interface ConvOptions {
  bias?: Tensor | null
  stride?: Sizes
  padding?: Sizes
  dilation?: Sizes
  groups?: number
}

type Convolution = typeof ops.conv2d

const convolution =
  (op: Convolution) =>
  (x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor => {
    const { bias, stride = 1, padding = 0, dilation = 1, groups = 1 } = options
    return op(x, weight, bias ?? null, stride, padding, dilation, groups)
  }

/** x [batch, in, length], weight [out, in / groups, k]. */
export const conv1d = convolution(ops.conv1d)
/** x [batch, in, height, width], weight [out, in / groups, kh, kw]. */
export const conv2d = convolution(ops.conv2d)
/** x [batch, in, depth, height, width], weight [out, in / groups, kd, kh, kw]. */
export const conv3d = convolution(ops.conv3d)

export interface ConvTransposeOptions extends ConvOptions {
  outputPadding?: Sizes
}

type Transposed = typeof ops.conv_transpose2d_input

const transposed =
  (op: Transposed) =>
  (x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor => {
    const { bias, stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = options
    return op(x, weight, bias ?? null, stride, padding, outputPadding, groups, dilation)
  }

/** x [batch, in, length], weight [in, out / groups, k]. */
export const convTranspose1d = transposed(ops.conv_transpose1d)
/** x [batch, in, height, width], weight [in, out / groups, kh, kw]. */
export const convTranspose2d = transposed(ops.conv_transpose2d_input)
/** x [batch, in, depth, height, width], weight [in, out / groups, kd, kh, kw]. */
export const convTranspose3d = transposed(ops.conv_transpose3d_input)
