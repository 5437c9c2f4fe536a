import * as ops from '../ops.generated.js'
import type { Operand } from './arithmetic.js'
import { addMethods, type Tensor } from './core.js'

/** Comparisons give tensors of dtype bool. */
export interface ComparisonMethods {
  eq(other: Operand): Tensor
  ne(other: Operand): Tensor
  lt(other: Operand): Tensor
  le(other: Operand): Tensor
  gt(other: Operand): Tensor
  ge(other: Operand): Tensor
  logicalAnd(other: Tensor): Tensor
  logicalOr(other: Tensor): Tensor
  logicalXor(other: Tensor): Tensor
  logicalNot(): Tensor
  /** Whether shape and every element are the same. */
  equal(other: Tensor): boolean
  /** Whether |this - other| <= atol + rtol * |other| everywhere. */
  allclose(other: Tensor, rtol?: number, atol?: number): boolean
}

declare module './core.js' {
  interface Tensor extends ComparisonMethods {}
}

const compare = (byTensor: typeof ops.eq_Tensor, byNumber: typeof ops.eq_Scalar) =>
  function (this: Tensor, other: Operand): Tensor {
    return typeof other === 'object' ? byTensor(this, other) : byNumber(this, other)
  }

addMethods<ComparisonMethods>({
  eq: compare(ops.eq_Tensor, ops.eq_Scalar),
  ne: compare(ops.ne_Tensor, ops.ne_Scalar),
  lt: compare(ops.lt_Tensor, ops.lt_Scalar),
  le: compare(ops.le_Tensor, ops.le_Scalar),
  gt: compare(ops.gt_Tensor, ops.gt_Scalar),
  ge: compare(ops.ge_Tensor, ops.ge_Scalar),
  logicalAnd(other) {
    return ops.logical_and(this, other)
  },
  logicalOr(other) {
    return ops.logical_or(this, other)
  },
  logicalXor(other) {
    return ops.logical_xor(this, other)
  },
  logicalNot() {
    return ops.logical_not(this)
  },
  equal(other) {
    return ops.equal(this, other)
  },
  allclose(other, rtol, atol) {
    return ops.allclose(this, other, rtol, atol)
  },
})
