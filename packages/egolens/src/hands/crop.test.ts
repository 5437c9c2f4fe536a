import { describe, expect, it } from 'vitest'
import { cropBox, cropId, xmicRule } from './crop.js'
import type { Box, FrameDetections } from './types.js'

const hand = (box: Box, score = 0.9) => ({ box, score })
const frame = (parts: Partial<FrameDetections>): FrameDetections => ({ time: 0, hands: [], objects: [], ...parts })

describe('cropBox', () => {
  it('is the union of sure hands and of touched objects', () => {
    const found = frame({
      hands: [hand([0.1, 0.5, 0.3, 0.7]), hand([0.6, 0.4, 0.7, 0.9]), hand([0, 0, 1, 1], 0.79)],
      objects: [
        { box: [0.2, 0.3, 0.4, 0.5], score: 0.02, contact: true },
        { box: [0.9, 0.9, 1, 1], score: 0.9, contact: false },
        { box: [0.9, 0.9, 1, 1], score: 0.9 },
        { box: [0.9, 0.9, 1, 1], score: 0.001, contact: true },
      ],
    })
    expect(cropBox(found)).toEqual([0.1, 0.3, 0.7, 0.9])
    expect(cropBox(found, { ...xmicRule, handThreshold: 0.5 })).toEqual([0, 0, 1, 1])
  })

  it('is the full frame where nothing is found, or only an empty box', () => {
    expect(cropBox(frame({}))).toBeUndefined()
    expect(cropBox(frame({ hands: [hand([0.1, 0.1, 0.5, 0.5], 0.3)] }))).toBeUndefined()
    expect(cropBox(frame({ hands: [hand([0.5, 0.1, 0.5, 0.5])] }))).toBeUndefined()
  })

  it('grows about its centre and stays in the frame', () => {
    const box = cropBox(frame({ hands: [hand([0.4, 0.7, 0.6, 0.9])] }), { ...xmicRule, grow: 2 })
    expect(box).toEqual([0.3, 0.6, 0.7, 1].map((v) => expect.closeTo(v, 12)))
  })

  it('has a name that tells every value of the rule', () => {
    expect(cropId('ssd:abc', { handThreshold: 0.25, objectThreshold: 1, grow: 1.5 })).toBe(
      'ssd:abc|hand>=0.25|object>=1|grow=1.5',
    )
  })
})
