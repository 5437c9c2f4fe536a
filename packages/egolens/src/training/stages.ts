import type { optim } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { Method } from '../methods/types.js'
import type { Recipe } from './recipe.schema.js'
import { learningRate } from './schedule.js'

/** A stage laid over a run's epochs. */
export interface PlannedStage {
  /** Absent where the method has no stages. */
  name?: string
  /** Its first epoch. */
  from: number
  epochs: number
  /** Only its epochs may be kept by validation: an adapter is scored by the last stage's forward pass. */
  last: boolean
  scale(parameter: string): number
}

/**
 * Divides the epochs of a recipe among a method's stages by their shares, each having at least one.
 *
 * @example planStages(method, 30) // shares 1 and 1: epochs 0 to 14 and 15 to 29
 * @throws EgoLensError `training/too-few-epochs`
 */
export function planStages({ name, stages = [] }: Pick<Method, 'name' | 'stages'>, epochs: number): PlannedStage[] {
  if (stages.length === 0) return [{ from: 0, epochs, last: true, scale: () => 1 }]
  if (epochs < stages.length) {
    const names = stages.map((stage) => stage.name).join(', ')
    throw new EgoLensError('training/too-few-epochs', `${name} trains in ${stages.length} stages (${names})`, {
      where: 'training.epochs',
      cure: `give it ${stages.length} epochs or more`,
    })
  }
  const total = stages.reduce((sum, { share }) => sum + share, 0)
  let [from, shares] = [0, 0]
  return stages.map(({ name, share, scale }, i) => {
    shares += share
    const left = stages.length - 1 - i
    const to = Math.min(epochs - left, Math.max(from + 1, Math.round((epochs * shares) / total)))
    const planned = { name, from, epochs: to - from, last: left === 0, scale }
    from = to
    return planned
  })
}

/** Tells a method that a stage begins, and freezes what does not train in it. */
export function enterStage(method: Method, { name, scale }: PlannedStage): void {
  if (name !== undefined) method.enter?.(name)
  for (const [parameter, tensor] of method.module.namedParameters()) {
    const trains = scale(parameter) !== 0
    tensor.requiresGrad_(trains)
    // Without a gradient the optimiser passes it over: no step, no decay.
    if (!trains) tensor.grad = null
  }
}

/**
 * Sets the learning rate of every group for an epoch: the schedule of the stage, times the group's scale in it.
 * @returns the schedule's rate
 */
export function setRates(
  optimizer: optim.AdamW | optim.SGD,
  method: Method,
  training: Recipe['training'],
  stage: PlannedStage,
  epoch: number,
): number {
  const lr = learningRate({ ...training, epochs: stage.epochs }, epoch - stage.from)
  const names = new Map(method.module.namedParameters().map(([name, parameter]) => [parameter, name]))
  for (const group of optimizer.groups) group.lr = lr * stage.scale(names.get(group.params[0]!)!)
  return lr
}
