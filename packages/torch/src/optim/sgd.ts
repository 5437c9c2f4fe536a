import { TorchError } from '../errors.js'
import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'
import { type FullGroup, Optimizer, type ParamGroup, type StepInputs } from './optimizer.js'

export type SGDHyper = { lr: number; momentum: number; dampening: number; weightDecay: number; nesterov: boolean }

export type SGDOptions = Partial<SGDHyper>

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013), by foreach kernels. Weight decay is added to the
 * gradient. State of a parameter, with momentum only: `momentum_buffer`.
 * @example new optim.SGD(model.parameters(), { lr: 0.002, momentum: 0.9, weightDecay: 5e-4 })
 */
export class SGD extends Optimizer<SGDHyper> {
  constructor(params: readonly Tensor[] | readonly ParamGroup<SGDHyper>[], options: SGDOptions = {}) {
    super(params, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, ...options })
    for (const { nesterov, momentum, dampening } of this.groups) {
      if (!nesterov || (momentum > 0 && dampening === 0)) continue
      throw new TorchError('BadArgument', "SGD: Nesterov's step needs momentum above 0 and no dampening.")
    }
  }

  protected override stateNames({ momentum }: FullGroup<SGDHyper>): readonly string[] {
    return momentum === 0 ? [] : ['momentum_buffer']
  }

  protected override update(group: FullGroup<SGDHyper>, { params, grads, states }: StepInputs): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group
    let steps = weightDecay === 0 ? grads : ops._foreach_add_List(grads, params, weightDecay)
    if (momentum !== 0) {
      const buffers = states.map((state) => state.tensors.momentum_buffer!)
      ops._foreach_mul__Scalar(buffers, momentum)
      // The first gradient enters undamped, as in PyTorch.
      const first = states.map(({ step }) => step === 1)
      accumulate(buffers, steps, first, true, 1)
      accumulate(buffers, steps, first, false, 1 - dampening)
      steps = nesterov ? ops._foreach_add_List(steps, buffers, momentum) : buffers
    }
    ops._foreach_add__List(params, steps, -lr)
  }
}

function accumulate(buffers: Tensor[], steps: Tensor[], first: boolean[], chosen: boolean, weight: number): void {
  const pick = (tensors: Tensor[]) => tensors.filter((_, i) => first[i] === chosen)
  if (first.includes(chosen)) ops._foreach_add__List(pick(buffers), pick(steps), weight)
}
