import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

/** Products of vectors, matrices and batches of matrices. */
export interface LinearAlgebraMethods {
  /** Matrix product with broadcasting over the leading dimensions. */
  matmul(other: Tensor): Tensor
  /** [n, k] by [k, m]. */
  mm(other: Tensor): Tensor
  /** [b, n, k] by [b, k, m]. */
  bmm(other: Tensor): Tensor
  mv(vector: Tensor): Tensor
  dot(other: Tensor): Tensor
  outer(other: Tensor): Tensor
  /** beta * this + alpha * (a @ b) */
  addmm(a: Tensor, b: Tensor, options?: { beta?: number; alpha?: number }): Tensor
  /** beta * this + alpha * (a @ b), over a batch */
  baddbmm(a: Tensor, b: Tensor, options?: { beta?: number; alpha?: number }): Tensor
}

declare module './core.js' {
  interface Tensor extends LinearAlgebraMethods {}
}

addMethods<LinearAlgebraMethods>({
  matmul(other) {
    return ops.matmul(this, other)
  },
  mm(other) {
    return ops.mm(this, other)
  },
  bmm(other) {
    return ops.bmm(this, other)
  },
  mv(vector) {
    return ops.mv(this, vector)
  },
  dot(other) {
    return ops.dot(this, other)
  },
  outer(other) {
    return ops.outer(this, other)
  },
  addmm(a, b, { beta, alpha } = {}) {
    return ops.addmm(this, a, b, beta, alpha)
  },
  baddbmm(a, b, { beta, alpha } = {}) {
    return ops.baddbmm(this, a, b, beta, alpha)
  },
})
