import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clip } from '../datasets/types.js'
import { holdOut } from './split.js'

const clip = (id: string, participant?: string): Clip => ({
  id,
  video: `video-${participant ?? id}`,
  source: 'a.mp4',
  start: 0,
  end: 1,
  ...(participant ? { participant } : {}),
})

describe('holding out', () => {
  it('takes whole participants, at least the share asked for, and leaves one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 60 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.integer(),
        (people, share, seed) => {
          fc.pre(new Set(people).size > 1)
          const clips = people.map((person, i) => clip(`c${i}`, `P${person}`))
          const { train, held } = holdOut(clips, share, seed)
          const trained = new Set(train.map((c) => c.participant))
          expect(held.some((c) => trained.has(c.participant))).toBe(false)
          expect(train.length + held.length).toBe(clips.length)
          expect(train.length).toBeGreaterThan(0)
          expect(held.length >= share * clips.length || trained.size === 1).toBe(true)
        },
      ),
    )
  })

  it('is the same for the same seed', () => {
    const clips = Array.from({ length: 30 }, (_, i) => clip(`c${i}`, `P${i % 7}`))
    expect(holdOut(clips, 0.3, 1)).toEqual(holdOut(clips, 0.3, 1))
    const choices = [1, 2, 3, 4, 5].map((seed) =>
      holdOut(clips, 0.3, seed)
        .held.map((c) => c.id)
        .join(),
    )
    expect(new Set(choices).size).toBeGreaterThan(1)
  })

  it('takes whole videos where participants are not known', () => {
    expect(holdOut([clip('a'), clip('b')], 0.5, 1).held).toHaveLength(1)
  })

  it('is refused for one participant', () => {
    expect(() => holdOut([clip('a', 'P1'), clip('b', 'P1')], 0.5, 1)).toThrow('all clips are of one participant')
  })
})
