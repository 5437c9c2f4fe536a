import { describe, expect, it } from 'vitest'
import { frameTimes, sampleFrames } from './sampling.js'

describe('sampleFrames', () => {
  const golden = [4, 14, 24, 34, 44, 54, 64, 74, 84, 94, 104, 114, 124, 134, 144, 154]

  it("takes X-MIC's evaluation frames", () => {
    expect(sampleFrames(0, 160, 16, { mode: 'eval' })).toEqual(golden)
    expect(sampleFrames(1000, 1160, 16, { mode: 'eval' })).toEqual(golden.map((f) => f + 1000))
  })

  it('stays inside each part when it trains', () => {
    expect(sampleFrames(0, 160, 16, { mode: 'train', random: () => 0 })).toEqual(
      Array.from({ length: 16 }, (_, i) => Math.trunc(i * 9.9375)),
    )
    const high = sampleFrames(0, 160, 16, { mode: 'train', random: () => 0.999999 })
    expect(high).toEqual(Array.from({ length: 16 }, (_, i) => Math.trunc(i * 9.9375) + 8))
  })

  it('repeats frames of a clip shorter than n', () => {
    expect(sampleFrames(5, 9, 6, { mode: 'eval' })).toEqual([5, 5, 6, 6, 7, 7])
  })
})

describe('frameTimes', () => {
  it('counts frames at a rate, or divides time', () => {
    const [first, second] = frameTimes(2, 4, 16, { mode: 'eval', rate: 60 })
    expect([first! * 60, second! * 60]).toEqual([123, 131].map((f) => expect.closeTo(f, 9)))
    expect(frameTimes(2, 4, 4, { mode: 'eval' })).toEqual([2.25, 2.75, 3.25, 3.75])
    expect(frameTimes(2, 4, 4, { mode: 'train', random: () => 0 })).toEqual([2, 2.5, 3, 3.5])
  })
})
