import { callOp } from '../native.js'
import type { Tensor } from '../tensor.js'

/** One kernel over many tensors (`aten::_foreach_*`); in-place ones, whose names end in '_', give nothing back. */
export function foreach(name: string, overload: string, ...args: unknown[]): Tensor[] {
  return callOp(`aten::_foreach_${name}`, overload, args) as Tensor[]
}
