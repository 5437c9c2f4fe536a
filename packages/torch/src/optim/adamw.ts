import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'
import { type FullGroup, Optimizer, type ParamGroup, type StepInputs } from './optimizer.js'

export type AdamWHyper = { lr: number; beta1: number; beta2: number; eps: number; weightDecay: number }

export interface AdamWOptions {
  lr?: number
  betas?: readonly [number, number]
  eps?: number
  weightDecay?: number
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), by foreach kernels.
 * State of a parameter: `exp_avg`, `exp_avg_sq`.
 * @param params tensors, or groups with values of their own
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 5e-4, betas: [0.9, 0.98], weightDecay: 0.01 })
 * loss.backward(); optimizer.step(); optimizer.zeroGrad()
 */
export class AdamW extends Optimizer<AdamWHyper> {
  constructor(params: readonly Tensor[] | readonly ParamGroup<AdamWHyper>[], options: AdamWOptions = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 1e-2 } = options
    super(params, { lr, beta1: betas[0], beta2: betas[1], eps, weightDecay })
  }

  protected override stateNames(): readonly string[] {
    return ['exp_avg', 'exp_avg_sq']
  }

  protected override update(group: FullGroup<AdamWHyper>, { params, grads, states }: StepInputs): void {
    const { lr, beta1, beta2, eps, weightDecay } = group
    const means = states.map((state) => state.tensors.exp_avg!)
    const squares = states.map((state) => state.tensors.exp_avg_sq!)
    if (weightDecay !== 0) ops._foreach_mul__Scalar(params, 1 - lr * weightDecay)
    ops._foreach_mul__Scalar(means, beta1)
    ops._foreach_add__List(means, grads, 1 - beta1)
    ops._foreach_mul__Scalar(squares, beta2)
    ops._foreach_addcmul__Scalar(squares, grads, grads, 1 - beta2)
    const denominators = ops._foreach_sqrt(squares)
    const corrections = states.map(({ step }) => Math.sqrt(1 - beta2 ** step))
    ops._foreach_div__ScalarList(denominators, corrections)
    ops._foreach_add__Scalar(denominators, eps)
    const sizes = states.map(({ step }) => -(lr / (1 - beta1 ** step)))
    ops._foreach_addcdiv__ScalarList(params, means, denominators, sizes)
  }
}
