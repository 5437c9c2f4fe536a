import { describe, expect, it } from 'vitest'
import { uniform } from '../../test/synthetic-scorer.js'
import type { VideoFeatures } from '../features/types.js'
import { actionnessCues, fitActionness } from './actionness.js'
import { sideBySide } from './side-by-side.js'

/** Noise in six dimensions; the third is higher while something is done. */
function video(seed: number, segments: { start: number; end: number }[], width = 6) {
  const random = uniform(seed)
  const times = Float64Array.from({ length: 240 }, (_, i) => i / 8)
  const busy = (time: number) => segments.some(({ start, end }) => start <= time && time < end)
  const values = Float32Array.from({ length: times.length * width }, (_, i) => {
    const noise = random() + random() + random() - 1.5
    return i % width === 2 ? noise + (busy(times[Math.floor(i / width)]!) ? 1 : 0) : noise
  })
  return { frames: { times, values, width }, segments }
}

const videos = [
  video(1, [
    { start: 3, end: 7 },
    { start: 15, end: 17 },
  ]),
  video(2, [{ start: 10, end: 14 }]),
  video(3, [
    { start: 0, end: 5 },
    { start: 20, end: 30 },
  ]),
] // prettier-ignore

describe('actionness', () => {
  const { all, without } = fitActionness(videos)

  it('finds the feature that tells action from idle time', () => {
    const strongest = all.weights.indexOf(Math.max(...all.weights))
    expect(strongest).toBe(2)
    expect(without.length).toBe(3)
  })

  it('of a video is estimated by the others: its own labels change nothing but the choice of the ridge', () => {
    const other = { ...videos[0]!, segments: [{ start: 3.5, end: 7 }] }
    const changed = fitActionness([other, ...videos.slice(1)])
    expect(changed.without[0]!.weights).toEqual(without[0]!.weights.map((w) => expect.closeTo(w, 8)))
    expect(changed.without[1]!.weights).not.toEqual(without[1]!.weights)
  })

  it('is high within actions, rises at their start and falls at their end', () => {
    const [action, late, idle] = actionnessCues(videos[0]!.frames, without[0]!, [
      { start: 3, end: 7 },
      { start: 5, end: 9 },
      { start: 9, end: 13 },
    ])
    expect(action![0]).toBeGreaterThan(0.5)
    expect(idle![0]).toBeLessThan(0.4)
    expect(action![1]).toBeGreaterThan(0.2)
    expect(action![2]).toBeGreaterThan(0.2)
    expect(late![1]).toBeLessThan(action![1]!)
    expect(late![3]).toBeLessThan(action![3]!)
  })

  it('is nothing where there are no frames', () => {
    const [beyond] = actionnessCues(videos[0]!.frames, all, [{ start: 40, end: 41 }])
    expect([...beyond!]).toEqual([0, 0, 0, 0])
  })
})

it('side by side, every part has unit length in each row', () => {
  const part = (values: number[], width: number): VideoFeatures => ({
    times: Float64Array.of(0, 1),
    values: Float32Array.from(values),
    width,
  })
  const joined = sideBySide([part([3, 4, 0, 2], 2), part([5, 0], 1)])
  expect([joined.width, ...joined.values]).toEqual([3, ...[0.6, 0.8, 1, 0, 1, 0].map((v) => expect.closeTo(v, 6))])
})
