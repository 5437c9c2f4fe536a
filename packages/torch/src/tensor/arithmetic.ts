import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

/** What stands on the right of an operator: a tensor that broadcasts, or a number. */
export type Operand = Tensor | number | boolean

/** Element-wise arithmetic with broadcasting. */
export interface ArithmeticMethods {
  /** this + alpha * other */
  add(other: Operand, alpha?: number): Tensor
  /** this - alpha * other */
  sub(other: Operand, alpha?: number): Tensor
  mul(other: Operand): Tensor
  /** this / other; `floor` and `trunc` round the quotient. */
  div(other: Operand, rounding?: 'floor' | 'trunc'): Tensor
  remainder(other: Operand): Tensor
  pow(exponent: Operand): Tensor
  neg(): Tensor
  reciprocal(): Tensor
  square(): Tensor
  /** this + weight * (end - this) */
  lerp(end: Tensor, weight: number | Tensor): Tensor
  /** this + value * a * b */
  addcmul(a: Tensor, b: Tensor, value?: number): Tensor
  /** this + value * a / b */
  addcdiv(a: Tensor, b: Tensor, value?: number): Tensor
  minimum(other: Tensor): Tensor
  maximum(other: Tensor): Tensor

  add_(other: Operand, alpha?: number): this
  sub_(other: Operand, alpha?: number): this
  mul_(other: Operand): this
  div_(other: Operand): this
  lerp_(end: Tensor, weight: number): this
  addcmul_(a: Tensor, b: Tensor, value?: number): this
  addcdiv_(a: Tensor, b: Tensor, value?: number): this
  neg_(): this
  sqrt_(): this
  exp_(): this
  relu_(): this
  clamp_(min?: number | null, max?: number | null): this
}

declare module './core.js' {
  interface Tensor extends ArithmeticMethods {}
}

const isTensor = (value: Operand): value is Tensor => typeof value === 'object'

addMethods<ArithmeticMethods>({
  add(other, alpha) {
    return isTensor(other) ? ops.add_Tensor(this, other, alpha) : ops.add_Scalar(this, other, alpha)
  },
  sub(other, alpha) {
    return isTensor(other) ? ops.sub_Tensor(this, other, alpha) : ops.sub_Scalar(this, other, alpha)
  },
  mul(other) {
    return isTensor(other) ? ops.mul_Tensor(this, other) : ops.mul_Scalar(this, other)
  },
  div(other, rounding) {
    if (rounding !== undefined) {
      if (isTensor(other)) return ops.div_Tensor_mode(this, other, rounding)
      return ops.div_Scalar_mode(this, other, rounding)
    }
    return isTensor(other) ? ops.div_Tensor(this, other) : ops.div_Scalar(this, other)
  },
  remainder(other) {
    return isTensor(other) ? ops.remainder_Tensor(this, other) : ops.remainder_Scalar(this, other)
  },
  pow(exponent) {
    return isTensor(exponent) ? ops.pow_Tensor_Tensor(this, exponent) : ops.pow_Tensor_Scalar(this, exponent)
  },
  neg() {
    return ops.neg(this)
  },
  reciprocal() {
    return ops.reciprocal(this)
  },
  square() {
    return ops.square(this)
  },
  lerp(end, weight) {
    return typeof weight === 'number' ? ops.lerp_Scalar(this, end, weight) : ops.lerp_Tensor(this, end, weight)
  },
  addcmul(a, b, value) {
    return ops.addcmul(this, a, b, value)
  },
  addcdiv(a, b, value) {
    return ops.addcdiv(this, a, b, value)
  },
  minimum(other) {
    return ops.minimum(this, other)
  },
  maximum(other) {
    return ops.maximum(this, other)
  },
  add_(other, alpha) {
    if (isTensor(other)) ops.add__Tensor(this, other, alpha)
    else ops.add__Scalar(this, other, alpha)
    return this
  },
  sub_(other, alpha) {
    if (isTensor(other)) ops.sub__Tensor(this, other, alpha)
    else ops.sub__Scalar(this, other, alpha)
    return this
  },
  mul_(other) {
    if (isTensor(other)) ops.mul__Tensor(this, other)
    else ops.mul__Scalar(this, other)
    return this
  },
  div_(other) {
    if (isTensor(other)) ops.div__Tensor(this, other)
    else ops.div__Scalar(this, other)
    return this
  },
  lerp_(end, weight) {
    ops.lerp__Scalar(this, end, weight)
    return this
  },
  addcmul_(a, b, value) {
    ops.addcmul_(this, a, b, value)
    return this
  },
  addcdiv_(a, b, value) {
    ops.addcdiv_(this, a, b, value)
    return this
  },
  neg_() {
    ops.neg_(this)
    return this
  },
  sqrt_() {
    ops.sqrt_(this)
    return this
  },
  exp_() {
    ops.exp_(this)
    return this
  },
  relu_() {
    ops.relu_(this)
    return this
  },
  clamp_(min, max) {
    ops.clamp_(this, min ?? null, max ?? null)
    return this
  },
})
