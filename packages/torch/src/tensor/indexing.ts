import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

/** Parts of a tensor by position or by index. */
export interface IndexingMethods {
  /** One position of a dimension, which goes away. */
  select(dim: number, index: number): Tensor
  narrow(dim: number, start: number, length: number): Tensor
  slice(dim: number, start?: number | null, end?: number | null, step?: number): Tensor
  indexSelect(dim: number, index: Tensor): Tensor
  /** Indexing by one int64 or bool tensor for each dimension; null takes all of one. */
  index(indices: readonly (Tensor | null)[]): Tensor
  gather(dim: number, index: Tensor): Tensor
  scatter(dim: number, index: Tensor, source: Tensor | number): Tensor
  scatter_(dim: number, index: Tensor, source: Tensor | number): this
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor
  scatterAdd_(dim: number, index: Tensor, source: Tensor): this
  indexAdd(dim: number, index: Tensor, source: Tensor): Tensor
  indexCopy_(dim: number, index: Tensor, source: Tensor): this
  maskedSelect(mask: Tensor): Tensor
}

declare module './core.js' {
  interface Tensor extends IndexingMethods {}
}

addMethods<IndexingMethods>({
  select(dim, index) {
    return ops.select_int(this, dim, index)
  },
  narrow(dim, start, length) {
    return ops.narrow(this, dim, start, length)
  },
  slice(dim, start, end, step) {
    return ops.slice_Tensor(this, dim, start ?? null, end ?? null, step)
  },
  indexSelect(dim, index) {
    return ops.index_select(this, dim, index)
  },
  index(indices) {
    return ops.index_Tensor(this, indices)
  },
  gather(dim, index) {
    return ops.gather(this, dim, index)
  },
  scatter(dim, index, source) {
    return typeof source === 'number'
      ? ops.scatter_value(this, dim, index, source)
      : ops.scatter_src(this, dim, index, source)
  },
  scatter_(dim, index, source) {
    if (typeof source === 'number') ops.scatter__value(this, dim, index, source)
    else ops.scatter__src(this, dim, index, source)
    return this
  },
  scatterAdd(dim, index, source) {
    return ops.scatter_add(this, dim, index, source)
  },
  scatterAdd_(dim, index, source) {
    ops.scatter_add_(this, dim, index, source)
    return this
  },
  indexAdd(dim, index, source) {
    return ops.index_add(this, dim, index, source)
  },
  indexCopy_(dim, index, source) {
    ops.index_copy_(this, dim, index, source)
    return this
  },
  maskedSelect(mask) {
    return ops.masked_select(this, mask)
  },
})
