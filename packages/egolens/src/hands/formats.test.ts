import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { parseDetections } from './file.js'
import { boxesOfNumpy, dohProtocol2, helpingHandsClip } from './samples.testing.js'

const options = { segments: { width: 100, height: 200, rate: 30 }, clipEnds: new Map([[2100, 4.1]]) }

/** Frames with finite numbers, or an error of ours. */
function reads(bytes: Uint8Array): void {
  try {
    for (const { time, hands, objects } of parseDetections(bytes, 'file', options)) {
      expect(Number.isFinite(time)).toBe(true)
      for (const { box, score } of [...hands, ...objects]) expect([...box, score].every(Number.isFinite)).toBe(true)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(EgoLensError)
  }
}

const value = fc.oneof(fc.double(), fc.integer(), fc.constant(null), fc.string({ maxLength: 3 }))
const row = fc.array(fc.oneof({ weight: 9, arbitrary: fc.double({ noNaN: true, min: 0, max: 9 }) }, value), {
  maxLength: 11,
})
const image = fc.record(
  { hand_dets: fc.oneof(fc.array(row), value), obj_dets: fc.oneof(fc.array(row), value) },
  { requiredKeys: [] },
)
const clip = fc
  .dictionary(fc.constantFrom('0', '1', 'x'), image)
  .map((frames) => ({ info: { width: 9, height: 9 }, ...frames }))
const frame = fc.record({ time: value, hands: fc.array(fc.record({ box: row, score: value })) }, { requiredKeys: [] })

describe('a file of detections', () => {
  it.each([
    ['any JSON', fc.jsonValue()],
    ['own JSON', fc.record({ frames: fc.array(frame) })],
    ["X-MIC's boxes", fc.dictionary(fc.string(), fc.dictionary(fc.oneof(fc.nat().map(String), fc.string()), row))],
    ['raw 100DOH output', fc.dictionary(fc.constantFrom('a/1.jpg', 'a/2.jpg', 'b'), image)],
    ['helping_hand_for_egocentric_videos', fc.dictionary(fc.constantFrom('2.1', '2.101', 'x'), clip)],
  ] as [string, fc.Arbitrary<unknown>][])(
    'gives finite frames or a clear error, whatever it holds: %s',
    (_, content) => {
      fc.assert(
        fc.property(content, (json) => reads(Buffer.from(JSON.stringify(json)))),
        { numRuns: 500 },
      )
    },
  )

  it('gives finite frames or a clear error where a byte of a pickle is another', () => {
    const files = [dohProtocol2, helpingHandsClip, boxesOfNumpy]
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), (file, at, byte) => {
        const changed = Uint8Array.from(file)
        changed[at % file.length] = byte
        reads(changed)
      }),
      { numRuns: 2000 },
    )
  })
})
