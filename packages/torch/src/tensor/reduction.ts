import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

type Dims = number | readonly number[]

/** Reductions over all elements, or over one or several dimensions; negative dimensions count from the end. */
export interface ReductionMethods {
  sum(dim?: Dims | null, keepdim?: boolean): Tensor
  mean(dim?: Dims | null, keepdim?: boolean): Tensor
  prod(dim?: number, keepdim?: boolean): Tensor
  amax(dim?: Dims, keepdim?: boolean): Tensor
  amin(dim?: Dims, keepdim?: boolean): Tensor
  /** Index of the largest element, of all elements in a row when no dimension is given; int64. */
  argmax(dim?: number, keepdim?: boolean): Tensor
  argmin(dim?: number, keepdim?: boolean): Tensor
  max(): Tensor
  /** Values and int64 indices of the largest along a dimension. */
  max(dim: number, keepdim?: boolean): [Tensor, Tensor]
  min(): Tensor
  min(dim: number, keepdim?: boolean): [Tensor, Tensor]
  /** Standard deviation; correction 1 divides by n - 1. */
  std(dim?: Dims | null, correction?: number, keepdim?: boolean): Tensor
  /** Variance; correction 1 divides by n - 1. */
  varr(dim?: Dims | null, correction?: number, keepdim?: boolean): Tensor
  /** The p-norm of vectors along dim, 2 by default. */
  norm(p?: number, dim?: Dims | null, keepdim?: boolean): Tensor
  logsumexp(dim: Dims, keepdim?: boolean): Tensor
  any(dim?: number, keepdim?: boolean): Tensor
  all(dim?: number, keepdim?: boolean): Tensor
  cumsum(dim: number): Tensor
  cumprod(dim: number): Tensor
  /** The k largest (or smallest) along a dimension: values and indices. */
  topk(k: number, dim?: number, largest?: boolean, sorted?: boolean): [Tensor, Tensor]
  sort(dim?: number, descending?: boolean): [Tensor, Tensor]
  argsort(dim?: number, descending?: boolean): Tensor
  median(): Tensor
  /** Indices of the elements that are not zero: int64 [count, ndim]. */
  nonzero(): Tensor
  /** How often each whole number occurs, in a 1-d tensor. */
  bincount(weights?: Tensor | null, minlength?: number): Tensor
}

declare module './core.js' {
  interface Tensor extends ReductionMethods {}
}

// TypeScript gives a method with overloads one implementation type; these two are typed here by hand.
type Extreme = { (this: Tensor): Tensor; (this: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] }

const extreme = (whole: typeof ops.max, along: typeof ops.max_dim) =>
  function (this: Tensor, dim?: number, keepdim?: boolean) {
    return dim === undefined ? whole(this) : along(this, dim, keepdim)
  } as Extreme

addMethods<ReductionMethods>({
  sum(dim, keepdim) {
    return dim === undefined || dim === null ? ops.sum(this) : ops.sum_dim_IntList(this, dim, keepdim)
  },
  mean(dim, keepdim) {
    return dim === undefined || dim === null ? ops.mean(this) : ops.mean_dim(this, dim, keepdim)
  },
  prod(dim, keepdim) {
    return dim === undefined ? ops.prod(this) : ops.prod_dim_int(this, dim, keepdim)
  },
  amax(dim, keepdim) {
    return ops.amax(this, dim, keepdim)
  },
  amin(dim, keepdim) {
    return ops.amin(this, dim, keepdim)
  },
  argmax(dim, keepdim) {
    return ops.argmax(this, dim, keepdim)
  },
  argmin(dim, keepdim) {
    return ops.argmin(this, dim, keepdim)
  },
  max: extreme(ops.max, ops.max_dim),
  min: extreme(ops.min, ops.min_dim),
  std(dim, correction = 1, keepdim) {
    return ops.std_correction(this, dim ?? null, correction, keepdim)
  },
  varr(dim, correction = 1, keepdim) {
    return ops.var_correction(this, dim ?? null, correction, keepdim)
  },
  norm(p = 2, dim, keepdim) {
    return ops.linalg_vector_norm(this, p, dim ?? null, keepdim)
  },
  logsumexp(dim, keepdim) {
    return ops.logsumexp(this, dim, keepdim)
  },
  any(dim, keepdim) {
    return dim === undefined ? ops.any(this) : ops.any_dim(this, dim, keepdim)
  },
  all(dim, keepdim) {
    return dim === undefined ? ops.all(this) : ops.all_dim(this, dim, keepdim)
  },
  cumsum(dim) {
    return ops.cumsum(this, dim)
  },
  cumprod(dim) {
    return ops.cumprod(this, dim)
  },
  topk(k, dim, largest, sorted) {
    return ops.topk(this, k, dim, largest, sorted)
  },
  sort(dim, descending) {
    return ops.sort(this, dim, descending)
  },
  argsort(dim, descending) {
    return ops.argsort(this, dim, descending)
  },
  median() {
    return ops.median(this)
  },
  nonzero() {
    return ops.nonzero(this)
  },
  bincount(weights, minlength) {
    return ops.bincount(this, weights, minlength)
  },
})
