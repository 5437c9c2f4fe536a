import { type nn, optim, type Tensor } from '@egolens/torch'
import type { Recipe } from './recipe.schema.js'
import type { PlannedStage } from './stages.js'

/**
 * The optimiser that a recipe names, over all of a method's parameters. Those that have the same learning-rate scale
 * in every stage share a group, so that the foreach kernels get few and long lists; a stage only sets the groups'
 * rates, and what it freezes has no gradient. Moments and step counts go on from stage to stage.
 */
export function createOptimizer(
  module: nn.Module,
  training: Recipe['training'],
  stages: readonly PlannedStage[],
): optim.AdamW | optim.SGD {
  const { lr, betas, momentum, weightDecay } = training
  const groups = groupsOf(module, stages)
  return training.optimizer === 'sgd'
    ? new optim.SGD(groups, { lr, momentum, weightDecay })
    : new optim.AdamW(groups, { lr, betas, weightDecay })
}

function groupsOf(module: nn.Module, stages: readonly PlannedStage[]): { params: Tensor[] }[] {
  const groups = new Map<string, Tensor[]>()
  for (const [name, parameter] of module.namedParameters()) {
    const key = stages.map((stage) => stage.scale(name)).join(' ')
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(parameter)
  }
  return [...groups.values()].map((params) => ({ params }))
}
