import type { Recipe } from './recipe.schema.js'

type Schedule = Pick<Recipe['training'], 'lr' | 'schedule' | 'warmupEpochs' | 'warmupLr' | 'epochs'>

/**
 * The learning rate of an epoch. With a warm-up of W epochs, epoch 0 runs at `warmupLr` and epoch e < W at lr e / W;
 * from W on it is constant, or half a cosine over the number of epochs, as CoOp's code and X-MIC's count it.
 *
 * @example learningRate({ lr: 5e-4, schedule: 'constant', warmupEpochs: 5, warmupLr: 1e-7, epochs: 15 }, 2) // 2e-4
 */
export function learningRate({ lr, schedule, warmupEpochs, warmupLr, epochs }: Schedule, epoch: number): number {
  if (epoch < warmupEpochs) return epoch === 0 ? warmupLr : (lr * epoch) / warmupEpochs
  return schedule === 'constant' ? lr : (lr * (1 + Math.cos((Math.PI * (epoch - warmupEpochs)) / epochs))) / 2
}
