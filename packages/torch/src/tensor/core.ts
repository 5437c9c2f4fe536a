import { addon, type Handle } from '../addon.js'
import type { Device } from '../device.js'
import { type DType, dtypeOf, type TypedArray, typedArrayOver } from '../dtype.js'
import { currentScope, type Scope } from '../scope.js'

// Only tensors outside every scope are watched: registering costs 0.3-0.6 us, a push to a scope's list almost nothing.
const collected = new FinalizationRegistry<Handle>((handle) => addon.release(handle))

/**
 * An n-dimensional array in libtorch's memory. Methods have PyTorch's names in camelCase, its argument order and its
 * defaults; those that change the tensor end in `_`.
 *
 * A tensor made inside `scope()` is freed at its end; one made outside lives until `dispose()`, the end of a `using`
 * block, or garbage collection. Use of a freed tensor throws TorchError `TensorDisposed`.
 */
export class Tensor {
  /** @internal slot and generation in the native table */
  readonly handle: Handle
  /** @internal the scope that will free this tensor; null when none will */
  owner: Scope | null

  /** @internal use the factories: tensor(), zeros(), fromTypedArray() ... */
  constructor(handle: Handle) {
    this.handle = handle
    const scope = currentScope()
    this.owner = scope
    if (scope === null) {
      collected.register(this, handle, this)
      // Nothing else would tell the garbage collector how much memory waits for it.
      addon.reportMemory()
    } else {
      scope.made.push(this)
    }
  }

  /** Sizes of the dimensions, such as `[2, 3]`; a scalar has `[]`. */
  get shape(): number[] {
    return addon.shape(this.handle)
  }

  /** Elements to step over in memory for one step along each dimension. */
  get strides(): number[] {
    return addon.strides(this.handle)
  }

  get dtype(): DType {
    return dtypeOf(addon.dtype(this.handle))
  }

  get device(): Device {
    return addon.device(this.handle)
  }

  /** How many elements there are. */
  get numel(): number {
    return addon.numel(this.handle)
  }

  get ndim(): number {
    return addon.ndim(this.handle)
  }

  get isContiguous(): boolean {
    return addon.isContiguous(this.handle)
  }

  /** Whether operators on this tensor are recorded for gradients. */
  get requiresGrad(): boolean {
    return addon.requiresGrad(this.handle)
  }

  set requiresGrad(value: boolean) {
    addon.setRequiresGrad(this.handle, value)
  }

  requiresGrad_(value = true): this {
    addon.setRequiresGrad(this.handle, value)
    return this
  }

  /** Whether the tensor was made by the user and not by recorded operators: leaves collect gradients. */
  get isLeaf(): boolean {
    return addon.isLeaf(this.handle)
  }

  /** The gradient that backward() has accumulated, as a new view on it; null before. */
  get grad(): Tensor | null {
    const handle = addon.gradOf(this.handle)
    return handle === null ? null : new Tensor(handle)
  }

  set grad(value: Tensor | null) {
    addon.setGrad(this.handle, value === null ? null : value.handle)
  }

  /**
   * Computes the gradients of this tensor by the leaves that it depends on, and adds them to their `grad`.
   *
   * @param gradient of the loss by this tensor; may be left out for one element
   */
  backward(gradient?: Tensor | null, options: { retainGraph?: boolean; createGraph?: boolean } = {}): void {
    const createGraph = options.createGraph ?? false
    addon.backward(this.handle, gradient?.handle ?? null, options.retainGraph ?? createGraph, createGraph)
  }

  /** The value of a tensor of one element; booleans as 0 and 1. */
  item(): number {
    return Number(addon.item(this.handle))
  }

  /** A copy of the elements, in rows: float16 and bfloat16 as their 16 bits, int64 as BigInt64Array, bool as bytes. */
  toTypedArray(): TypedArray {
    return typedArrayOver(this.dtype, addon.read(this.handle))
  }

  /**
   * The tensor's own memory as a typed array: writes go both ways and nothing is copied. The array keeps the memory
   * alive. The tensor must be contiguous and on the CPU.
   */
  dataView(): TypedArray {
    return typedArrayOver(this.dtype, addon.view(this.handle))
  }

  /** Whether the tensor was freed. */
  get disposed(): boolean {
    return !addon.isLive(this.handle)
  }

  /** Frees the tensor now. Disposing twice does nothing. */
  dispose(): void {
    if (this.owner === null) collected.unregister(this)
    addon.release(this.handle)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Takes the tensor out of its scope: it lives until it is disposed or collected. */
  keep(): this {
    if (this.owner !== null) this.moveTo(null)
    return this
  }

  /** @internal hands the tensor to another scope, or to none */
  moveTo(scope: Scope | null): void {
    this.owner = scope
    if (scope === null) collected.register(this, this.handle, this)
    else scope.made.push(this)
  }

  /** Such as `Tensor(float32 [2, 3])`. */
  toString(): string {
    if (this.disposed) return 'Tensor(disposed)'
    const device = this.device === 'cpu' ? '' : ` on ${this.device}`
    return `Tensor(${this.dtype} [${this.shape.join(', ')}]${device})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Adds methods to every tensor; they do not show up when its fields are listed. */
export function addMethods<M extends object>(methods: M & ThisType<Tensor>): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true })
  }
}
