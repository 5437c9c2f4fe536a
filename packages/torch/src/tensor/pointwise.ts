import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

const unary = {
  abs: ops.abs,
  sign: ops.sign,
  floor: ops.floor,
  ceil: ops.ceil,
  round: ops.round,
  trunc: ops.trunc,
  exp: ops.exp,
  expm1: ops.expm1,
  log: ops.log,
  log2: ops.log2,
  log1p: ops.log1p,
  sqrt: ops.sqrt,
  rsqrt: ops.rsqrt,
  sin: ops.sin,
  cos: ops.cos,
  tan: ops.tan,
  tanh: ops.tanh,
  sigmoid: ops.sigmoid,
  erf: ops.erf,
  relu: ops.relu,
  silu: ops.silu,
  softplus: ops.softplus,
  isnan: ops.isnan,
  isfinite: ops.isfinite,
  isinf: ops.isinf,
}

type UnaryMethods = Record<keyof typeof unary, () => Tensor>

/** Element-wise functions of one tensor. */
export interface PointwiseMethods extends UnaryMethods {
  /** Gaussian error linear unit: `none` is exact, `tanh` the approximation. */
  gelu(approximate?: 'none' | 'tanh'): Tensor
  clamp(min?: number | null, max?: number | null): Tensor
  /** The mask's true elements replaced by a value; the mask broadcasts. */
  maskedFill(mask: Tensor, value: number | Tensor): Tensor
  maskedFill_(mask: Tensor, value: number): this
  /** Replaces NaN and the infinities by finite numbers. */
  nanToNum(nan?: number, positive?: number, negative?: number): Tensor
  softmax(dim: number): Tensor
  logSoftmax(dim: number): Tensor
}

declare module './core.js' {
  interface Tensor extends PointwiseMethods {}
}

const simple = Object.fromEntries(
  Object.entries(unary).map(([name, op]) => [
    name,
    function (this: Tensor) {
      return op(this)
    },
  ]),
) as UnaryMethods

addMethods<PointwiseMethods>({
  ...simple,
  gelu(approximate) {
    return ops.gelu(this, approximate)
  },
  clamp(min, max) {
    return ops.clamp(this, min ?? null, max ?? null)
  },
  maskedFill(mask, value) {
    return typeof value === 'number'
      ? ops.masked_fill_Scalar(this, mask, value)
      : ops.masked_fill_Tensor(this, mask, value)
  },
  maskedFill_(mask, value) {
    ops.masked_fill__Scalar(this, mask, value)
    return this
  },
  nanToNum(nan, positive, negative) {
    return ops.nan_to_num(this, nan, positive, negative)
  },
  softmax(dim) {
    return ops.softmax_int(this, dim)
  },
  logSoftmax(dim) {
    return ops.log_softmax_int(this, dim)
  },
})
