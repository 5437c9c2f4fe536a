import { addon } from './addon.js'
import { TorchError } from './errors.js'
import { Tensor } from './tensor/core.js'

function withGradMode<T>(enabled: boolean, name: string, fn: () => T): T {
  const before = addon.setGradEnabled(enabled)
  try {
    const result = fn()
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      throw new TorchError(
        'AsyncFunction',
        `${name}() takes a synchronous function: the mode belongs to the thread and would leak into other work at ` +
          `each await; call ${name}() around the parts between them`,
      )
    }
    return result
  } finally {
    addon.setGradEnabled(before)
  }
}

/**
 * Runs a synchronous function without recording operators for gradients.
 *
 * @throws TorchError AsyncFunction when the function returns a promise.
 */
export const noGrad = <T>(fn: () => T): T => withGradMode(false, 'noGrad', fn)

/** Runs a synchronous function with recording, inside noGrad() too. */
export const enableGrad = <T>(fn: () => T): T => withGradMode(true, 'enableGrad', fn)

export const isGradEnabled = (): boolean => addon.gradEnabled()

/** Switches recording for this thread; returns what it was. Prefer noGrad(). */
export const setGradEnabled = (enabled: boolean): boolean => addon.setGradEnabled(enabled)

export interface GradOptions {
  retainGraph?: boolean
  /** Record the gradient's own operators, for gradients of gradients. */
  createGraph?: boolean
  /** Give null for an input that the outputs do not depend on, instead of throwing. */
  allowUnused?: boolean
}

/**
 * Gradients of outputs by inputs, without touching anyone's `grad`.
 *
 * @param gradOutputs of the loss by each output; may be left out for outputs of one element
 * @returns one gradient for each input, null for an unused one when allowUnused is set
 * @throws TorchError OperatorFailed when an input is not used or does not require gradients
 * @example
 * const [dx] = grad([x.pow(2).sum()], [x])
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs?: readonly (Tensor | null)[] | null,
  options: GradOptions = {},
): (Tensor | null)[] {
  const createGraph = options.createGraph ?? false
  const handles = addon.grad(
    outputs.map((tensor) => tensor.handle),
    inputs.map((tensor) => tensor.handle),
    gradOutputs ? gradOutputs.map((tensor) => tensor?.handle ?? null) : null,
    options.retainGraph ?? createGraph,
    createGraph,
    options.allowUnused ?? false,
  )
  return handles.map((handle) => (handle === null ? null : new Tensor(handle)))
}
