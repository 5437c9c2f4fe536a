import { callOp } from '../native.js'
import type { Tensor } from '../tensor.js'

/** Calls a dispatcher operator that has no method of its own; arguments in the schema's order. */
export function raw(name: string, overload: string, ...args: unknown[]): Tensor {
  return callOp(`aten::${name}`, overload, args) as Tensor
}
