import { describe, expect, it } from 'vitest'
import { learningRate } from './schedule.js'

const rates = (schedule: Parameters<typeof learningRate>[0]) =>
  Array.from({ length: schedule.epochs }, (_, epoch) => learningRate(schedule, epoch))

describe('learning rate', () => {
  it('warms up by epoch, then stays', () => {
    const code = { lr: 5e-4, schedule: 'constant', warmupEpochs: 5, warmupLr: 1e-7, epochs: 8 } as const
    expect(rates(code)).toEqual([1e-7, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 5e-4, 5e-4].map((lr) => expect.closeTo(lr, 12)))
  })

  it('falls along half a cosine after one epoch of warm-up', () => {
    const coop = { lr: 2e-3, schedule: 'cosine', warmupEpochs: 1, warmupLr: 1e-5, epochs: 4 } as const
    expect(rates(coop)).toEqual([1e-5, 2e-3, 1.7071067812e-3, 1e-3].map((lr) => expect.closeTo(lr, 12)))
  })

  it('begins its cosine anew, and ends each at its floor', () => {
    const restarting = { lr: 1, schedule: 'cosine-restarts', restartEvery: 2, lrFloor: 0.01, epochs: 6 } as const
    const [warmupEpochs, warmupLr] = [1, 1e-5]
    expect(rates({ ...restarting, warmupEpochs, warmupLr })).toEqual(
      [1e-5, 1, 0.505, 1, 0.505, 1].map((lr) => expect.closeTo(lr, 12)),
    )
    const { restartEvery, lrFloor, ...whole } = restarting
    expect(rates({ ...whole, epochs: 4, warmupEpochs: 0, warmupLr })).toEqual(
      rates({ ...whole, schedule: 'cosine', epochs: 4, warmupEpochs: 0, warmupLr }),
    )
  })

  it('is constant without a warm-up', () => {
    expect(rates({ lr: 1e-6, schedule: 'constant', warmupEpochs: 0, warmupLr: 1e-7, epochs: 2 })).toEqual([1e-6, 1e-6])
  })
})
