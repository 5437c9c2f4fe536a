import type { Device } from '../device.js'
import { type DType, isDType } from '../dtype.js'
import type { Generator } from '../generator.js'
import * as ops from '../ops.generated.js'
import { scope } from '../scope.js'
import { addMethods, type Tensor } from './core.js'

export type NestedNumbers = number | NestedNumbers[]

/** Other dtypes and devices, values as JavaScript numbers, and whole-tensor writes. */
export interface ConversionMethods {
  /** The tensor in a dtype, on a device, or both: itself when nothing changes. */
  to(target: DType | Device | { dtype?: DType; device?: Device; copy?: boolean }): Tensor
  float(): Tensor
  double(): Tensor
  half(): Tensor
  bfloat16(): Tensor
  long(): Tensor
  int(): Tensor
  bool(): Tensor
  cpu(): Tensor
  cuda(): Tensor
  /** The elements as numbers nested by shape; a scalar gives a number, booleans give 0 and 1. */
  tolist(): NestedNumbers
  /** Overwrites the elements by those of a tensor that broadcasts, with conversion. */
  copy_(source: Tensor): this
  fill_(value: number): this
  zero_(): this
  /** Fills with samples of a normal distribution. */
  normal_(mean?: number, std?: number, generator?: Generator): this
  /** Fills with samples between two bounds. */
  uniform_(from?: number, to?: number, generator?: Generator): this
  bernoulli_(p?: number, generator?: Generator): this
}

declare module './core.js' {
  interface Tensor extends ConversionMethods {}
}

/** Numbers of a flat array, nested by a shape. */
function nest(values: ArrayLike<number>, shape: readonly number[]): NestedNumbers {
  let at = 0
  const level = (depth: number): NestedNumbers => {
    if (depth === shape.length) return values[at++]!
    return Array.from({ length: shape[depth]! }, () => level(depth + 1))
  }
  return level(0)
}

const toDtype = (dtype: DType) =>
  function (this: Tensor): Tensor {
    return ops.to_dtype(this, dtype)
  }

addMethods<ConversionMethods>({
  to(target) {
    if (typeof target === 'string') {
      return isDType(target)
        ? ops.to_dtype(this, target)
        : ops.to_dtype_layout(this, undefined, undefined, target, undefined, false, false)
    }
    const { dtype, device, copy } = target
    return ops.to_dtype_layout(this, dtype, undefined, device, undefined, false, copy ?? false)
  },
  float: toDtype('float32'),
  double: toDtype('float64'),
  half: toDtype('float16'),
  bfloat16: toDtype('bfloat16'),
  long: toDtype('int64'),
  int: toDtype('int32'),
  bool: toDtype('bool'),
  cpu() {
    return this.to('cpu')
  },
  cuda() {
    return this.to('cuda')
  },
  tolist() {
    const { dtype, shape } = this
    const half = dtype === 'float16' || dtype === 'bfloat16'
    const values = half ? scope(() => ops.to_dtype(ops.detach(this), 'float32').toTypedArray()) : this.toTypedArray()
    return nest(values instanceof BigInt64Array ? Array.from(values, Number) : (values as ArrayLike<number>), shape)
  },
  copy_(source) {
    ops.copy_(this, source)
    return this
  },
  fill_(value) {
    ops.fill__Scalar(this, value)
    return this
  },
  zero_() {
    ops.zero_(this)
    return this
  },
  normal_(mean, std, generator) {
    ops.normal_(this, mean, std, generator)
    return this
  },
  uniform_(from, to, generator) {
    ops.uniform_(this, from, to, generator)
    return this
  },
  bernoulli_(p, generator) {
    ops.bernoulli__float(this, p, generator)
    return this
  },
})
