import { addon } from './addon.js'
import type { Device } from './device.js'
import { type DType, dtypeOfArray, elementSize, fits, isFloatingDType, type TypedArray } from './dtype.js'
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
 * A tensor of given numbers; a nested array gives its shape. An integer dtype cuts fractions off.
 *
 * @throws TorchError BadArgument when rows differ in length, or a number lies outside an integer dtype.
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
  // float32 holds whole numbers up to 2^24 only, so integers travel as float64.
  const wide = dtype === 'float64' || !isFloatingDType(dtype)
  const flat = wide ? new Float64Array(count) : new Float32Array(count)
  const written = flatten(data as NestedData, shape, 0, flat, 0)
  if (written !== count) throw ragged()
  checkRange(flat, dtype)
  const source = new Tensor(addon.fromData(flat, shape, wide ? 'float64' : 'float32', true))
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

const INTEGERS: Partial<Record<DType, readonly [low: number, high: number]>> = {
  uint8: [0, 2 ** 8 - 1],
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  // The largest number below 2^63.
  int64: [-(2 ** 63), 2 ** 63 - 2 ** 10],
}

function checkRange(values: Float32Array | Float64Array, dtype: DType): void {
  const range = INTEGERS[dtype]
  if (!range) return
  for (const value of values) {
    const whole = Math.trunc(value)
    if (whole >= range[0] && whole <= range[1]) continue
    throw new TorchError('BadArgument', `tensor(): ${value} lies outside ${dtype}`)
  }
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
 * @param options.copy true copies the elements instead; bytes that become bool are true unless 0
 * @throws TorchError BadArgument when the array does not hold the dtype, or the shape not its length; when memory that
 * is to be shared holds other bytes than 0 and 1 for bool, or can shrink (a resizable ArrayBuffer).
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
  if (options.copy) return dtype === 'bool' ? truths(data, shape) : new Tensor(addon.fromData(data, shape, dtype, true))
  const what = unshareable(data, dtype)
  if (what) throw new TorchError('BadArgument', `fromTypedArray: ${what}; copy: true copies it`)
  return new Tensor(addon.fromData(data, shape, dtype, false))
}

function truths(data: TypedArray, shape: Shape): Tensor {
  const bytes = new Tensor(addon.fromData(data, shape, 'uint8', true))
  const made = ops.to_dtype(bytes, 'bool')
  bytes.dispose()
  return made
}

function unshareable(data: TypedArray, dtype: DType): string | null {
  if ((data.buffer as { resizable?: boolean }).resizable) return 'the buffer of the array can shrink under the tensor'
  // Kernels take a bool's byte as it is: a 2 would count twice in a sum.
  const odd = dtype === 'bool' && data instanceof Uint8Array && data.some((byte) => byte > 1)
  return odd ? 'bool elements are bytes 0 or 1, and the array holds others' : null
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

/**
 * Elements of a where the condition holds, of b elsewhere; numbers broadcast and take the other side's dtype where it
 * can hold them: a fraction beside integers gives float32. Two numbers give float32.
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const model = typeof a === 'object' ? a.dtype : typeof b === 'object' ? b.dtype : 'float32'
  const side = (value: Tensor | number) =>
    typeof value === 'object' ? value : full([], value, { dtype: holding(value, model), device: condition.device })
  return ops.where_self(condition, side(a), side(b))
}

function holding(value: number, model: DType): DType {
  if (isFloatingDType(model)) return model
  if (!Number.isInteger(value)) return 'float32'
  return model === 'bool' ? 'int64' : model
}

/** Sums of products by index letters, such as `einsum('bqd,bkd->bqk', [q, k])`. */
export const einsum = (equation: string, tensors: readonly Tensor[]): Tensor => ops.einsum(equation, tensors)
