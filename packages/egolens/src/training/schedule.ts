import type { Recipe } from './recipe.schema.js'

type Schedule = Pick<
  Recipe['training'],
  'lr' | 'schedule' | 'restartEvery' | 'lrFloor' | 'warmupEpochs' | 'warmupLr' | 'epochs'
>

/**
 * The learning rate of an epoch. With a warm-up of W epochs, epoch 0 runs at `warmupLr` and epoch e < W at lr e / W.
 * From W on it is constant; or half a cosine over the number of epochs, as CoOp's code and X-MIC's count it; or half a
 * cosine down to a floor that begins anew every `restartEvery` epochs (Loshchilov and Hutter 2017, equation 5).
 *
 * @example learningRate({ lr: 5e-4, schedule: 'constant', warmupEpochs: 5, warmupLr: 1e-7, epochs: 15 }, 2) // 2e-4
 */
export function learningRate(
  { lr, schedule, warmupEpochs, warmupLr, epochs, ...restarts }: Schedule,
  epoch: number,
): number {
  if (epoch < warmupEpochs) return epoch === 0 ? warmupLr : (lr * epoch) / warmupEpochs
  if (schedule === 'constant') return lr
  if (schedule === 'cosine') return lr * halfCosine((epoch - warmupEpochs) / epochs)
  const { restartEvery = epochs, lrFloor = 0 } = restarts
  const share = ((epoch - warmupEpochs) % restartEvery) / restartEvery
  return lr * (lrFloor + (1 - lrFloor) * halfCosine(share))
}

/** From 1 at 0 to 0 at 1. */
const halfCosine = (share: number) => (1 + Math.cos(Math.PI * share)) / 2
