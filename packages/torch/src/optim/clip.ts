import { noGrad } from '../autograd.js'
import { stack } from '../creation.js'
import { TorchError } from '../errors.js'
import * as ops from '../ops.generated.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'

/**
 * Scales the gradients of all parameters together so that their joint Euclidean norm is at most `max`.
 * @returns the norm before
 * @throws TorchError `GradientNotFinite` for a norm that is infinite or not a number; gradients stay as they are
 */
export function clipGradNorm(params: readonly Tensor[], max: number): number {
  return noGrad(() =>
    scope(() => {
      const grads = params.map((param) => param.grad).filter((grad) => grad !== null)
      if (grads.length === 0) return 0
      const norm = stack(ops._foreach_norm_Scalar(grads, 2)).norm().item()
      if (!Number.isFinite(norm)) {
        throw new TorchError(
          'GradientNotFinite',
          `The gradients' norm is ${norm}; lower the rate or look at the inputs.`,
        )
      }
      const factor = max / (norm + 1e-6)
      if (factor < 1) ops._foreach_mul__Scalar(grads, factor)
      return norm
    }),
  )
}
