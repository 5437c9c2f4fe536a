import { describe, expect, it } from 'vitest'
import { annotate } from './annotate.js'
import { momentsOf } from './moments.js'
import { planTakes } from './plan.js'

const request = { place: 'workshop', seed: 4, takes: { train: 16, val: 0, test: 0 }, actions: 5 } as const
const takes = planTakes(request).map((take) => ({ take, moments: momentsOf(take, request.seed) }))
const all = takes.map(({ take, moments }) => ({ take, annotations: annotate(take, moments) }))

describe('atomic descriptions', () => {
  it('come from two people who each tell of nearly every action near its middle', () => {
    for (const { take, annotations } of all) {
      expect(annotations.slice(0, 2).map(({ annotator_id, rejected }) => [annotator_id, rejected])).toEqual([
        ['1001', false],
        ['1002', false],
      ])
      const end = take.video.frames / take.video.fps
      for (const { descriptions } of annotations.slice(0, 2)) {
        expect(descriptions.length).toBeGreaterThanOrEqual(2)
        for (const { timestamp } of descriptions) expect(timestamp >= 0 && timestamp < end).toBe(true)
      }
    }
  })

  it('say what the action is, by the place’s words or common ones', () => {
    const [{ take, moments }] = takes as [(typeof takes)[number]]
    const [first] = annotate(take, moments)
    const { verb, noun, index } = moments[0]!
    expect([verb, noun, index]).toEqual(['take', 'hammer', 0])
    expect(first!.descriptions[0]!.text).toMatch(/^C (takes|picks up|lifts) the hammer/)
  })

  it('hold what real files hold: rejected work, unsure words, other people, flags as text, swapped lines', () => {
    const own = all.flatMap(({ annotations }) => annotations)
    const descriptions = own.flatMap((one) => one.descriptions)
    expect(own.some(({ rejected, reject_reason }) => rejected && reject_reason === 'too sparse')).toBe(true)
    expect(descriptions.some(({ unsure, text }) => unsure === true && text.includes('object'))).toBe(true)
    expect(descriptions.some(({ subject, best_exo }) => subject === 'O' && best_exo === null)).toBe(true)
    expect(new Set(descriptions.map(({ ego_visible }) => ego_visible))).toContain('1')
    expect(new Set(descriptions.map(({ ego_visible }) => ego_visible))).toContain(true)
    const swapped = own.some((one) =>
      one.descriptions.some((d, i, list) => i > 0 && d.timestamp < list[i - 1]!.timestamp),
    )
    expect(swapped).toBe(true)
    expect(new Set(descriptions.flatMap(({ best_exo }) => best_exo?.cam_id ?? [])).size).toBeGreaterThanOrEqual(3)
  })

  it('are the same again', () => {
    const { take, moments } = takes[3]!
    expect(annotate(take, momentsOf(take, request.seed))).toEqual(annotate(take, moments))
  })
})
