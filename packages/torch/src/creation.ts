import { addon } from './addon.js'
import type { Device } from './device.js'
import { type DType, dtypeOfArray, elementSize, fits, type TypedArray } from './dtype.js'
import { TorchError } from './errors.js'
import type { Generator } from './generator.js'
import * as ops from './ops.generated.js'
import { Tensor } from './tensor.js'

export interface TensorOptions {
  /** float32 by default; int64 for indices: arange of whole numbers, randint, randperm. */
  dtype?: DType
  device?: Device
  requiresGrad?: boolean
  /** For random factories: the source of the numbers. */
  generator?: Generator
}

export type Shape = readonly number[]
export type NestedData = number | boolean | readonly NestedData[]

const finish = (tensor: Tensor, options: TensorOptions): Tensor =>
  options.requiresGrad ? tensor.requiresGrad_(true) : tensor

/**
 * A tensor of given numbers; a nested array gives its shape.
 *
 * @throws TorchError BadArgument when rows differ in length.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]])  // float32 [2, 3]
 */
export function tensor(data: NestedData | TypedArray, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(data)) {
    const made = fromTypedArray(data, [data.length], { copy: true, ...(options.dtype ? { dtype: options.dtype } : {}) })
    return finish(place(made, { device: options.device }), options)
  }
  const shape = shapeOf(data as NestedData)
  const dtype = options.dtype ?? 'float32'
  const count = shape.reduce((product, size) => product * size, 1)
  const flat = dtype === 'int64' || dtype === 'float64' ? new Float64Array(count) : new Float32Array(count)
  const written = flatten(data as NestedData, shape, 0, flat, 0)
  if (written !== count) throw ragged()
  const source = new Tensor(addon.fromData(flat, shape, flat instanceof Float64Array ? 'float64' : 'float32', true))
  const native = source.dtype === dtype && !options.device
  if (native) return finish(source, options)
  const made = place(source, { dtype, device: options.device })
  source.dispose()
  return finish(made, options)
}

function place(source: Tensor, { dtype, device }: { dtype?: DType; device?: Device | undefined }): Tensor {
  if (dtype === undefined && device === undefined) return source
  return ops.to_dtype_layout(source, dtype, undefined, device, undefined, false, false)
}

const ragged = () => new TorchError('BadArgument', 'tensor(): the rows of a nested array must have the same length')

function shapeOf(data: NestedData): number[] {
  const shape: number[] = []
  for (let level = data; Array.isArray(level); level = level[0]!) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  return shape
}

function flatten(data: NestedData, shape: Shape, depth: number, flat: Float32Array | Float64Array, at: number): number {
  if (depth === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean') throw ragged()
    flat[at] = Number(data)
    return at + 1
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) throw ragged()
  let next = at
  for (const item of data) next = flatten(item, shape, depth + 1, flat, next)
  return next
}

/**
 * A tensor over a typed array's own memory: nothing is copied, writes go both ways, and the array is kept while any
 * view of the tensor lives. Do not transfer its buffer to another thread meanwhile; a SharedArrayBuffer can be shared.
 *
 * @param options.dtype needed for Uint16Array: float16 or bfloat16, whose bits it holds
 * @param options.copy true copies the elements instead
 * @throws TorchError BadArgument when the array does not hold the dtype, or the shape not its length.
 */
export function fromTypedArray(
  data: TypedArray,
  shape: Shape,
  options: { dtype?: DType; copy?: boolean } = {},
): Tensor {
  const dtype = options.dtype ?? dtypeOfArray(data)
  if (dtype === undefined) {
    throw new TorchError('BadArgument', "fromTypedArray: a Uint16Array needs dtype 'float16' or 'bfloat16'")
  }
  if (!fits(dtype, data)) {
    throw new TorchError('BadArgument', `fromTypedArray: a ${data.constructor.name} does not hold ${dtype} elements`)
  }
  if (data.byteOffset % elementSize(dtype) !== 0) throw new TorchError('BadArgument', 'fromTypedArray: unaligned data')
  return new Tensor(addon.fromData(data, shape, dtype, options.copy ?? false))
}

type Filled = (size: Shape, dtype?: DType | null, layout?: null, device?: Device | null) => Tensor

const filled =
  (op: Filled) =>
  (shape: Shape, options: TensorOptions = {}): Tensor =>
    finish(op(shape, options.dtype ?? 'float32', undefined, options.device), options)

/** A tensor of zeros. */
export const zeros = filled(ops.zeros)
/** A tensor of ones. */
export const ones = filled(ops.ones)
/** A tensor whose elements are whatever the memory held. */
export const empty = filled(ops.empty_memory_format)

/** Every element the same. */
export function full(shape: Shape, value: number | boolean, options: TensorOptions = {}): Tensor {
  return finish(ops.full(shape, value, options.dtype ?? 'float32', undefined, options.device), options)
}

type Like = (self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null) => Tensor

const like =
  (op: Like) =>
  (other: Tensor, options: TensorOptions = {}): Tensor =>
    finish(op(other, options.dtype, undefined, options.device), options)

export const zerosLike = like(ops.zeros_like)
export const onesLike = like(ops.ones_like)
export const emptyLike = like(ops.empty_like)

/**
 * Numbers from start up to end (not included): arange(end) starts at 0. int64 when all are whole, else float32.
 */
export function arange(start: number, end?: number | null, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined || end === null ? [0, start] : [start, end]
  const dtype = options.dtype ?? ([from, to, step].every(Number.isInteger) ? 'int64' : 'float32')
  return finish(ops.arange_start_step(from, to, step, dtype, undefined, options.device), options)
}

/** n numbers from a to b, both included. */
export function linspace(a: number, b: number, n: number, options: TensorOptions = {}): Tensor {
  return finish(ops.linspace(a, b, n, options.dtype ?? 'float32', undefined, options.device), options)
}

/** The identity matrix. */
export function eye(n: number, options: TensorOptions = {}): Tensor {
  return finish(ops.eye(n, options.dtype ?? 'float32', undefined, options.device), options)
}

/** Uniform between 0 and 1. */
export function rand(shape: Shape, options: TensorOptions = {}): Tensor {
  const { generator, dtype = 'float32', device } = options
  return finish(ops.rand_generator(shape, generator ?? null, dtype, undefined, device), options)
}

/** Normal with mean 0 and variance 1. */
export function randn(shape: Shape, options: TensorOptions = {}): Tensor {
  const { generator, dtype = 'float32', device } = options
  return finish(ops.randn_generator(shape, generator ?? null, dtype, undefined, device), options)
}

/** Whole numbers from low up to high (not included); int64. */
export function randint(low: number, high: number, shape: Shape, options: TensorOptions = {}): Tensor {
  const { generator, dtype = 'int64', device } = options
  return finish(ops.randint_low_generator(low, high, shape, generator ?? null, dtype, undefined, device), options)
}

/** The numbers from 0 to n - 1 in random order; int64. */
export function randperm(n: number, options: TensorOptions = {}): Tensor {
  const { generator, dtype = 'int64', device } = options
  return finish(ops.randperm_generator(n, generator ?? null, dtype, undefined, device), options)
}

/** Tensors joined along an existing dimension. */
export const cat = (tensors: readonly Tensor[], dim = 0): Tensor => ops.cat(tensors, dim)

/** Tensors of one shape joined along a new dimension. */
export const stack = (tensors: readonly Tensor[], dim = 0): Tensor => ops.stack(tensors, dim)

/** Elements of a where the condition holds, of b elsewhere; numbers broadcast. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const model = typeof a === 'object' ? a : typeof b === 'object' ? b : null
  const options = { dtype: model?.dtype ?? 'float32', device: condition.device } as const
  const [first, second] = [a, b].map((side) => (typeof side === 'object' ? side : full([], side, options)))
  return ops.where_self(condition, first!, second!)
}

/** Sums of products by index letters, such as `einsum('bqd,bkd->bqk', [q, k])`. */
export const einsum = (equation: string, tensors: readonly Tensor[]): Tensor => ops.einsum(equation, tensors)
