import { noGrad } from '../autograd.js'
import { arange } from '../creation.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import type { Module } from './module.js'

/** sin(0.7 i + k) in float64: values that golden/make.py makes in the same way. */
export function ramp(shape: readonly number[], k: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return arange(0, count, 1, { dtype: 'float64' })
    .mul(0.7)
    .add(k)
    .sin()
    .view([...shape])
}

/** The sums by which golden tensors are kept: of the values, times ramp(9), and of the squares. */
export function digest(tensor: Tensor): number[] {
  return noGrad(() =>
    scope(() => {
      const wide = tensor.detach().to('float64')
      return [wide.sum().item(), wide.mul(ramp(wide.shape, 9)).sum().item(), wide.mul(wide).sum().item()]
    }),
  )
}

/** Gives parameters and buffers the values that golden/make.py gives them. */
export function fill<M extends Module>(module: M): M {
  noGrad(() =>
    scope(() => {
      module.namedParameters().forEach(([, parameter], k) => {
        parameter.copy_(ramp(parameter.shape, k + 1))
      })
      for (const [name, buffer] of module.namedBuffers()) {
        if (name.endsWith('running_mean')) buffer.copy_(ramp(buffer.shape, 5).mul(0.1))
        if (name.endsWith('running_var')) buffer.copy_(ramp(buffer.shape, 6).pow(2).add(0.5))
      }
    }),
  )
  return module
}
