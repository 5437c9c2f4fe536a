import * as ops from '../ops.generated.js'
import { addMethods, type Tensor } from './core.js'

/** Views and rearrangements. A view shares memory with its tensor and keeps that memory alive by itself. */
export interface ShapeMethods {
  /** Transpose of a matrix. */
  t(): Tensor
  transpose(a: number, b: number): Tensor
  permute(dims: readonly number[]): Tensor
  /** The same memory in another shape; -1 stands for the size that is left. */
  view(shape: readonly number[]): Tensor
  /** As view(), with a copy where the memory's order needs one. */
  reshape(shape: readonly number[]): Tensor
  flatten(start?: number, end?: number): Tensor
  unflatten(dim: number, sizes: readonly number[]): Tensor
  unsqueeze(dim: number): Tensor
  squeeze(dim?: number): Tensor
  expand(shape: readonly number[]): Tensor
  repeat(reps: readonly number[]): Tensor
  repeatInterleave(repeats: number, dim?: number): Tensor
  contiguous(): Tensor
  clone(): Tensor
  /** The same memory without the record for gradients. */
  detach(): Tensor
  chunk(chunks: number, dim?: number): Tensor[]
  split(size: number | readonly number[], dim?: number): Tensor[]
  unbind(dim?: number): Tensor[]
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor
  flip(dims: number | readonly number[]): Tensor
  tril(diagonal?: number): Tensor
  triu(diagonal?: number): Tensor
  diagonal(offset?: number, dim1?: number, dim2?: number): Tensor
  movedim(source: number, destination: number): Tensor
  /** Sliding windows of a dimension, in a new last one. */
  unfold(dim: number, size: number, step: number): Tensor
}

declare module './core.js' {
  interface Tensor extends ShapeMethods {}
}

const list = (value: number | readonly number[]): readonly number[] => (typeof value === 'number' ? [value] : value)

addMethods<ShapeMethods>({
  t() {
    return ops.t(this)
  },
  transpose(a, b) {
    return ops.transpose_int(this, a, b)
  },
  permute(dims) {
    return ops.permute(this, dims)
  },
  view(shape) {
    return ops.view(this, shape)
  },
  reshape(shape) {
    return ops.reshape(this, shape)
  },
  flatten(start, end) {
    return ops.flatten_using_ints(this, start, end)
  },
  unflatten(dim, sizes) {
    const { shape } = this
    const at = dim < 0 ? dim + shape.length : dim
    return ops.reshape(this, [...shape.slice(0, at), ...sizes, ...shape.slice(at + 1)])
  },
  unsqueeze(dim) {
    return ops.unsqueeze(this, dim)
  },
  squeeze(dim) {
    return dim === undefined ? ops.squeeze(this) : ops.squeeze_dim(this, dim)
  },
  expand(shape) {
    return ops.expand(this, shape)
  },
  repeat(reps) {
    return ops.repeat(this, reps)
  },
  repeatInterleave(repeats, dim) {
    return ops.repeat_interleave_self_int(this, repeats, dim ?? null)
  },
  contiguous() {
    return ops.contiguous(this)
  },
  clone() {
    return ops.clone(this)
  },
  detach() {
    return ops.detach(this)
  },
  chunk(chunks, dim) {
    return ops.chunk(this, chunks, dim)
  },
  split(size, dim) {
    return typeof size === 'number' ? ops.split_Tensor(this, size, dim) : ops.split_with_sizes(this, size, dim)
  },
  unbind(dim) {
    return ops.unbind_int(this, dim)
  },
  roll(shifts, dims) {
    return ops.roll(this, list(shifts), dims === undefined ? undefined : list(dims))
  },
  flip(dims) {
    return ops.flip(this, list(dims))
  },
  tril(diagonal) {
    return ops.tril(this, diagonal)
  },
  triu(diagonal) {
    return ops.triu(this, diagonal)
  },
  diagonal(offset, dim1, dim2) {
    return ops.diagonal(this, offset, dim1, dim2)
  },
  movedim(source, destination) {
    return ops.movedim_int(this, source, destination)
  },
  unfold(dim, size, step) {
    return ops.unfold(this, dim, size, step)
  },
})
