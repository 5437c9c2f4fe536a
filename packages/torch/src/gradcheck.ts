import { grad, noGrad } from './autograd.js'
import { onesLike } from './creation.js'
import { TorchError } from './errors.js'
import { scope } from './scope.js'
import type { Tensor } from './tensor.js'

export interface GradcheckOptions {
  /** Step of the central differences. */
  eps?: number
  atol?: number
  rtol?: number
}

/**
 * Compares autograd's gradients with central finite differences: d sum(w * f(x)) / dx for fixed weights w that differ
 * from element to element, for every input that requires gradients.
 *
 * @param fn a differentiable function of the inputs, the same at each call
 * @param inputs float64; those that require gradients are checked
 * @returns the largest absolute difference met
 * @throws TorchError GradientMismatch naming input, element and both values; BadArgument for other dtypes.
 * @example
 * gradcheck((x) => x!.tanh(), [randn([3, 4], { dtype: 'float64', requiresGrad: true })])
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor | Tensor[],
  inputs: Tensor[],
  options: GradcheckOptions = {},
): number {
  const { eps = 1e-6, atol = 1e-6, rtol = 1e-4 } = options
  return scope(() => {
    const checked = inputs.filter((input) => input.requiresGrad)
    for (const input of checked) {
      if (input.dtype !== 'float64') {
        throw new TorchError('BadArgument', `gradcheck() needs float64 inputs, one is ${input.dtype}`)
      }
    }
    const gradients = grad([weighted(fn(...inputs))], checked, null, { allowUnused: true })
    let worst = 0
    checked.forEach((input, i) => {
      const analytic = gradients[i]?.toTypedArray() ?? new Float64Array(input.numel)
      const numeric = differences(() => weighted(fn(...inputs)).item(), input, eps)
      numeric.forEach((expected, at) => {
        const found = Number(analytic[at])
        const difference = Math.abs(found - expected)
        worst = Math.max(worst, difference)
        if (difference <= atol + rtol * Math.abs(expected)) return
        throw new TorchError(
          'GradientMismatch',
          `input ${inputs.indexOf(input)}, element ${at}: autograd says ${found}, finite differences say ${expected}`,
        )
      })
    })
    return worst
  })
}

/** One number that depends on every element of the outputs in its own way. */
function weighted(outputs: Tensor | Tensor[]): Tensor {
  let total: Tensor | undefined
  for (const output of Array.isArray(outputs) ? outputs : [outputs]) {
    const flat = output.reshape([-1])
    const weights = onesLike(flat.detach()).cumsum(0).mul(0.37).sin().add(1.5)
    const part = flat.mul(weights).sum()
    total = total ? total.add(part) : part
  }
  return total!
}

/** Central differences of a value by each element of an input, which is changed in place and set back. */
function differences(value: () => number, input: Tensor, eps: number): number[] {
  return noGrad(() =>
    scope(() => {
      const flat = input.detach().view([-1])
      return Array.from({ length: input.numel }, (_, at) =>
        scope(() => {
          const element = flat.select(0, at)
          const before = element.item()
          element.fill_(before + eps)
          const above = value()
          element.fill_(before - eps)
          const below = value()
          element.fill_(before)
          return (above - below) / (2 * eps)
        }),
      )
    }),
  )
}
