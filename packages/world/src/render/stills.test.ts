import { describe, expect, it } from 'vitest'
import { vocabulary } from '../place/vocabulary.js'
import { FRAME } from '../video/film.js'
import { renderStills } from './stills.js'

const options = { place: 'kitchen', seed: 9000, participants: 2, actions: 5, frames: 3 } as const

describe('stills', () => {
  const stills = [...renderStills(options)]

  it('are as many as were asked for, each with labels of the place, a picture and detections', () => {
    expect(stills.length).toBe(2 * 5 * 3)
    const { verbs, nouns } = vocabulary('kitchen')
    for (const { verb, noun, rgb, width, height, detections } of stills) {
      expect([width, height, rgb.length]).toEqual([FRAME.width, FRAME.height, FRAME.width * FRAME.height * 3])
      expect(verbs[verb]!.nouns).toContain(noun)
      expect(nouns[noun]).toBeDefined()
      expect(new Set(rgb).size).toBeGreaterThan(50)
      expect(detections.frame).toBeGreaterThanOrEqual(0)
    }
    expect(stills.filter(({ detections }) => detections.hands.length > 0).length).toBeGreaterThan(20)
  })

  it('show the frames of an action in order of time', () => {
    for (let i = 0; i < stills.length; i += 3) {
      const frames = stills.slice(i, i + 3).map(({ detections }) => detections.frame)
      expect(frames).toEqual([...frames].sort((a, b) => a - b))
    }
  })

  it('are seen by cameras that stand about too, with the same labels', () => {
    const about = [...renderStills({ ...options, view: 'exo' })]
    expect(about.map(({ verb, noun }) => [verb, noun])).toEqual(stills.map(({ verb, noun }) => [verb, noun]))
    expect(about.every(({ rgb }, i) => Buffer.compare(rgb, stills[i]!.rgb) !== 0)).toBe(true)
  })

  it('are the same by seed, and others at another seed', () => {
    const [again] = renderStills(options)
    const [other] = renderStills({ ...options, seed: 9100 })
    expect(again).toEqual(stills[0])
    expect(Buffer.compare(other!.rgb, stills[0]!.rgb)).not.toBe(0)
  })
})
