import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameChanges, motionCue } from './motion.js'

/** Frames of unit length at these angles. */
const film = (times: number[], degrees: number[]) => ({
  times: Float64Array.from(times),
  values: Float32Array.from(degrees.flatMap((d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)])),
  width: 2,
})

describe('the motion of a window', () => {
  it('is the mean and the largest change of the frames in it, and of those about its ends', () => {
    const changes = frameChanges(film([0, 1, 2, 3, 4], [0, 60, 60, 150, 150]))
    expect([...changes.changes]).toEqual([0.5, 0, 1, 0].map((change) => expect.closeTo(change, 6)))
    expect([...motionCue(changes, { start: 1.5, end: 2.5 })]).toEqual([expect.closeTo(0.5, 6), expect.closeTo(1, 6)])
    expect([...motionCue(changes, { start: 1, end: 1.5 })]).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.5, 6)])
  })

  it('is none beyond the frames, and in a video of one frame', () => {
    const changes = frameChanges(film([1, 2], [0, 90]))
    expect([...motionCue(changes, { start: 2.5, end: 3 })]).toEqual([0, 0])
    expect([...motionCue(changes, { start: 0, end: 0.5 })]).toEqual([0, 0])
    expect([...motionCue(frameChanges(film([0], [0])), { start: 0, end: 1 })]).toEqual([0, 0])
  })

  it('is that of all pairs of neighbours that touch the window, whatever the times', () => {
    const frames = fc.uniqueArray(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 30 })
    const window = fc.tuple(fc.double({ min: -1, max: 21, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }))
    fc.assert(
      fc.property(frames, window, (ks, [start, length]) => {
        const times = ks.map((k) => k / 4).sort((a, b) => a - b)
        const found = frameChanges(
          film(
            times,
            ks.map((k) => (k * 37) % 180),
          ),
        )
        const touching = [...found.changes].filter((_, i) => times[i + 1]! >= start && times[i]! <= start + length)
        const mean = touching.length ? touching.reduce((sum, change) => sum + change, 0) / touching.length : 0
        const cue = motionCue(found, { start, end: start + length })
        expect(cue).toEqual(Float32Array.of(mean, Math.max(0, ...touching)))
      }),
    )
  })
})
