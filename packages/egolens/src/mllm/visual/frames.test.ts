import { describe, expect, it } from 'vitest'
import type { EgoLensError } from '../../errors.js'
import { type ChoiceOptions, type ClipSpan, chooseFrames, middleFrames, spanFrames } from './frames.js'

const line = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return (error as EgoLensError).line
  }
  return undefined
}

describe('the frames of a clip', () => {
  it('are the middles of equal parts, as VideoLLaMA2 counts', () => {
    const wanted = [5, 15, 25, 35, 45, 55, 65, 75, 84, 94, 104, 114, 124, 134, 144, 154]
    expect(middleFrames(160, 16)).toEqual(wanted)
    expect(middleFrames(17, 16)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
    expect(middleFrames(16, 16)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    expect(middleFrames(2, 1)).toEqual([1])
    expect(middleFrames(1, 4)).toEqual([0, 0, 0, 0])
  })

  it('lie in a span of int(seconds * rate) - 1', () => {
    const span = (clip: ClipSpan, frameRate = 30, frames = 300) => {
      const { first, last } = spanFrames(clip, { frameRate, frames })
      return [first, last]
    }
    expect(span({})).toEqual([0, 299])
    expect(span({ start: 2, end: 4 })).toEqual([59, 119])
    expect(span({ start: 2 })).toEqual([59, 299])
    expect(span({ end: 4 })).toEqual([0, 119])
    expect(span({ start: 0, end: 99 })).toEqual([0, 299])
    expect(span({ start: 1.99, end: 3.99 })).toEqual([58, 118])
    expect(span({ start: 4, end: 2 })).toEqual([59, 119])
    expect(span({ start: 2, end: 2 })).toEqual([59, 89])
    expect(span({ start: -3, end: 1 })).toEqual([0, 29])
    expect(span({ start: 2, end: 2.01 })).toEqual([59, 59])
    expect(span({ start: 0, end: 0.01 })).toEqual([0, 0])
  })

  it('are counted from the beginning of the span', () => {
    const choice = chooseFrames({ frameRate: 10, frames: 100 }, { start: 2, end: 6 }, { frames: 4 })
    expect(choice).toEqual({ positions: [24, 34, 44, 54], black: 0 })
  })

  it('are one frame many times where the source is a still image', () => {
    const still = { frameRate: 1, frames: 1, still: true }
    expect(chooseFrames(still, {}, { frames: 3, short: 'refuse' })).toEqual({ positions: [0, 0, 0], black: 0 })
  })
})

describe('a clip with fewer frames than are wanted', () => {
  const choose = (options: ChoiceOptions) =>
    chooseFrames({ frameRate: 10, frames: 100 }, { start: 2, end: 2.5 }, options)

  it('repeats some of them, and says so', () => {
    expect(choose({ frames: 8 })).toEqual({
      positions: [19, 20, 21, 21, 22, 22, 23, 24],
      black: 0,
      notice: 'the clip has 6 frames, and 8 are wanted: some are shown several times',
    })
  })

  it('has black ones after them where that is wanted, and says so', () => {
    expect(choose({ frames: 8, short: 'pad' })).toEqual({
      positions: [19, 20, 21, 22, 23, 24],
      black: 2,
      notice: 'the clip has 6 frames, and 8 are wanted: 2 black ones follow them',
    })
  })

  it('is refused where that is wanted', () => {
    expect(line(() => choose({ frames: 8, short: 'refuse', where: 'tea.mp4' }))).toBe(
      'tea.mp4: the clip has 6 frames, and 8 are wanted (take a longer clip, or let frames be repeated (repeat) or black ones be added (pad))',
    )
    expect(choose({ frames: 6, short: 'refuse' }).positions).toEqual([19, 20, 21, 22, 23, 24])
  })
})

describe('what cannot be shown is one clear error', () => {
  it('a clip after the end', () => {
    expect(line(() => spanFrames({ start: 11, end: 12 }, { frameRate: 30, frames: 300 }, 'tea.mp4'))).toMatch(
      /^tea.mp4: a clip that begins at 11 s lies after the end, 10.00 s/,
    )
  })

  it('more frames than VideoLLaMA2 takes', () => {
    const choose = (frames: number) => () => chooseFrames({ frameRate: 30, frames: 300 }, {}, { frames })
    expect(line(choose(33))).toMatch(/33 frames cannot be shown: from 1 to 32 can/)
    expect(line(choose(0))).toMatch(/0 frames cannot be shown/)
    expect(line(choose(2.5))).toMatch(/2.5 frames cannot be shown/)
    expect(line(choose(32))).toBeUndefined()
  })
})
