import { optim, type Tensor } from '@egolens/torch'
import type { Recipe } from './recipe.schema.js'

/** The optimiser that a recipe names, over all of a method's parameters. */
export function createOptimizer(parameters: Tensor[], training: Recipe['training']): optim.AdamW | optim.SGD {
  const { lr, betas, momentum, weightDecay } = training
  return training.optimizer === 'sgd'
    ? new optim.SGD(parameters, { lr, momentum, weightDecay })
    : new optim.AdamW(parameters, { lr, betas, weightDecay })
}
