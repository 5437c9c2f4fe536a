import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { type EpicFrame, epicRate, readEpicMessage, readEpicPickle, touched } from './epic.js'
import { epicMessage, pickleOfBytes } from './testing.js'

const shared = new URL('../../../../../shared/annotations/epic-hand-objects/', import.meta.url)
const sample = new URL('P01_09.frame13404.sample.pb', shared)

describe("EPIC-KITCHENS' detections", () => {
  it.skipIf(!existsSync(sample))('give the values that the official demo prints (needs the shared annotations)', () => {
    const printed = JSON.parse(readFileSync(new URL('P01_09.frame13404.sample.json', shared), 'utf8')).detection
    const frame = readEpicMessage(readFileSync(sample), 'sample')
    expect([frame.video, frame.frame]).toEqual([printed.video_id, printed.frame_number])
    expect(frame.hands).toEqual(
      printed.hands.map(
        (hand: { bbox: number[]; score: number; state: number; side: number; object_offset: number[] }) => ({
          box: hand.bbox,
          score: hand.score,
          state: hand.state,
          side: hand.side === 1 ? 'right' : 'left',
          offset: hand.object_offset,
        }),
      ),
    )
    expect(frame.objects.map((object) => object.score)).toEqual(printed.objects.map((o: { score: number }) => o.score))
    expect(touched(frame, 0.8)).toEqual(new Set([0, 1]))
  })

  it('come back from a message as they went in, with zeros left out', () => {
    const unit = fc.float({ min: 0, max: 1, noNaN: true })
    const box = fc.tuple(unit, unit, unit, unit)
    const hand = fc.record({
      box,
      score: unit,
      state: fc.integer({ min: 0, max: 4 }),
      side: fc.constantFrom('left' as const, 'right' as const),
      offset: fc.tuple(unit, unit),
    })
    const frame: fc.Arbitrary<EpicFrame> = fc.record({
      video: fc.constantFrom('P01_09', 'P22_101'),
      frame: fc.integer({ min: 1, max: 200_000 }),
      hands: fc.array(hand, { maxLength: 4 }),
      objects: fc.array(fc.record({ box, score: unit }), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(frame, (given) => {
        expect(readEpicMessage(epicMessage(given), 'test')).toEqual(given)
      }),
    )
  })

  it('count 60 frames a second, or 50 in videos of three digits, and mark what is touched', () => {
    expect([epicRate('P01_09'), epicRate('P01_109')]).toEqual([60, 50])
    const hand = {
      box: [0.1, 0.1, 0.3, 0.3] as const,
      score: 0.9,
      side: 'right' as const,
      offset: [0.4, 0] as [number, number],
    }
    const objects = [
      { box: [0, 0, 0.2, 0.2] as const, score: 0.5 },
      { box: [0.5, 0.1, 0.7, 0.3] as const, score: 0.5 },
    ]
    const message = (state: number, score: number) =>
      epicMessage({ video: 'P01_101', frame: 100, hands: [{ ...hand, state, score }], objects })
    const file = pickleOfBytes([message(3, 0.9), message(4, 0.9), message(0, 0.9), message(3, 0.5)])
    const frames = readEpicPickle(file, 'x.pkl')
    expect(frames.map((frame) => frame.objects.map((object) => object.contact))).toEqual([
      [false, true],
      [false, true],
      [false, false],
      [false, false],
    ])
    expect(frames[0]!.time).toBe(2)
    expect(frames[0]!.hands[0]).toMatchObject({ side: 'right', state: 3 })
  })

  it('skip a number that is written in another way than its field, as any reader of the format does', () => {
    const whole = epicMessage({ video: 'P01_09', frame: 7, hands: [], objects: [] })
    const float = (field: number, value: number) => {
      const bytes = Buffer.alloc(5, field * 8 + 5)
      bytes.writeFloatLE(value, 1)
      return bytes
    }
    expect(readEpicMessage(Buffer.concat([whole, float(2, 9.5)]), 'x').frame).toBe(7)
    const onlyFloat = Buffer.concat([whole.subarray(0, 8), float(2, 9.5)])
    expect(() => readEpicMessage(onlyFloat, 'x')).toThrow('it names no video or no frame')
  })

  it('are refused where a hand points to what is no number', () => {
    const hand = { box: [0, 0, 1, 1] as const, score: 1, state: 3, side: 'left' as const }
    const message = epicMessage({
      video: 'P01_09',
      frame: 7,
      hands: [{ ...hand, offset: [Number.NaN, 0] }],
      objects: [],
    })
    expect(() => readEpicMessage(message, 'x')).toThrow('a number that is not finite')
  })

  it('never read damage as detections: every failure is a clear error', () => {
    const whole = epicMessage({
      video: 'P01_09',
      frame: 7,
      hands: [{ box: [0.1, 0.2, 0.3, 0.4], score: 0.9, state: 3, side: 'left', offset: [0.1, 0.2] }],
      objects: [{ box: [0.1, 0.2, 0.3, 0.4], score: 0.5 }],
    })
    for (let length = 0; length < whole.length; length++) {
      const cut = () => readEpicMessage(whole.subarray(0, length), 'cut')
      try {
        expect(cut().frame).toBe(7)
      } catch (error) {
        expect(error).toMatchObject({ code: 'hands/not-detections', where: 'cut' })
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          readEpicMessage(bytes, 'noise')
        } catch (error) {
          expect(error).toBeInstanceOf(EgoLensError)
        }
      }),
    )
  })
})
