import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random, shuffled } from './random.js'
import { evenFrames, firstFrames, laggingFrames, randomFrames } from './sampling.js'

describe('frames of a clip', () => {
  it('are the middles of even steps in evaluation', () => {
    expect(evenFrames(160, 16)).toEqual([4, 14, 24, 34, 44, 54, 64, 74, 84, 94, 104, 114, 124, 134, 144, 154])
  })

  it('repeat where the clip is short', () => {
    expect(evenFrames(1, 4)).toEqual([0, 0, 0, 0])
    expect(evenFrames(3, 4)).toEqual([0, 0, 1, 1])
    expect(randomFrames(3, 4, random(1))).toEqual([0, 0, 1, 1])
  })

  it('lag by half a step where the public code is reproduced', () => {
    expect(laggingFrames(160, 16).slice(0, 3)).toEqual([9, 19, 29])
  })

  it('start their steps where the public code’s test on EGTEA is reproduced', () => {
    expect(firstFrames(160, 16).slice(0, 3)).toEqual([0, 9, 19])
    expect(firstFrames(3, 4)).toEqual([0, 0, 1, 1])
  })

  it('are drawn within their own step in training, always inside the clip', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer(),
        (length, count, seed) => {
          const step = (length - 1) / count
          randomFrames(length, count, random(seed)).forEach((frame, i) => {
            expect(frame).toBeGreaterThanOrEqual(Math.floor(i * step))
            expect(frame).toBeLessThan(Math.floor(i * step) + Math.max(1, Math.floor(step)))
            expect(frame).toBeLessThan(length)
          })
        },
      ),
    )
  })

  it('reach every frame of their step', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, i) => randomFrames(161, 16, random(i))[0]))
    expect([...seen].sort((a, b) => a! - b!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('random', () => {
  it('depends on the seed and on what is drawn, and on nothing else', () => {
    const draws = (...keys: (number | string)[]) => {
      const draw = random(...keys)
      return [draw.next(), draw.next()]
    }
    expect(draws(1, 'order', 2)).toEqual(draws(1, 'order', 2))
    expect(draws(1, 'order', 2)).not.toEqual(draws(1, 'order', 3))
    expect(draws(1, 'order', 2)).not.toEqual(draws(2, 'order', 2))
    expect(draws(11, 2)).not.toEqual(draws(1, 12))
  })

  it('is even over ten bins', () => {
    const bins = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 100; seed++) {
      const draw = random(seed, 'bins')
      for (let i = 0; i < 100; i++) bins[draw.integer(10)]!++
    }
    for (const bin of bins) expect(Math.abs(bin - 1000)).toBeLessThan(150)
  })

  it('shuffles every index once', () => {
    expect([...shuffled(50, random(3))].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(shuffled(50, random(3))).not.toEqual(shuffled(50, random(4)))
  })
})
