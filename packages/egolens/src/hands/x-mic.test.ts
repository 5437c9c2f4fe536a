import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../video/testing.js'
import { cropBox } from './crop.js'
import { fileProvider, readDetections, recognisedFormat } from './file.js'
import { boxesOfDefaultdict, boxesOfNumpy, boxesProtocol2 } from './samples.testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)
const write = (name: string, content: unknown) => {
  writeFileSync(at(name), content instanceof Uint8Array ? content : JSON.stringify(content))
  return at(name)
}
const size = { width: 100, height: 200 }

describe("X-MIC's boxes", () => {
  it.each([
    ['JSON', { P01_101_3: { 120: [10, 20, 60, 80], 60: [0, 0, 100, 100] } }],
    ['a pickle', boxesProtocol2],
    ['a pickle of NumPy values', boxesOfNumpy],
  ])('are read from %s', async (name, content) => {
    const file = write(name === 'JSON' ? 'boxes.json' : 'boxes.pkl', content)
    expect(await readDetections(file, { segments: size })).toEqual([
      { time: 1.2, hands: [{ box: [0, 0, 1, 0.5], score: 1 }], objects: [] },
      { time: 2.4, hands: [{ box: [0.1, 0.1, 0.6, 0.4], score: 1 }], objects: [] },
    ])
    expect(await recognisedFormat(file)).toBe("X-MIC's boxes")
  })

  it('are read from a defaultdict, with a rate of their own', async () => {
    const file = write('default.pkl', boxesOfDefaultdict)
    const [frame] = await readDetections(file, { segments: { ...size, rate: 40, zeroNumber: 1 } })
    expect(frame).toMatchObject({ time: 119 / 40, hands: [{ box: [0.015, 0.01, 0.03, 0.02] }] })
  })

  it('of zeros, or of a pixel, mean the full frame', async () => {
    const file = write('zero.json', { P01_101_3: { 50: [0, 0, 0, 0], 100: [5, 5, 6, 90], 150: [5, 5, 7, 90] } })
    const found = await readDetections(file, { segments: size })
    expect(found.map((frame) => cropBox(frame) !== undefined)).toEqual([false, false, true])
  })

  it('of several videos in one file are told apart by the names of the segments', async () => {
    const file = write('all.json', {
      P01_101_3: { 50: [0, 0, 50, 50] },
      P01_10_3: { 60: [0, 0, 20, 20] },
      'train_5f45-aa_12': { 30: [0, 0, 10, 10] },
    })
    const of = (video: string, rate?: number) =>
      fileProvider(() => ({ path: file, segments: { ...size, video, ...(rate ? { rate } : {}) } })).detections('x', [1])
    expect((await of('P01_101'))[0]!.hands[0]!.box).toEqual([0, 0, 0.5, 0.25])
    expect((await of('P01_10'))[0]!.hands[0]!.box).toEqual([0, 0, 0.2, 0.1])
    expect((await of('5f45-aa', 30))[0]!.hands[0]!.box).toEqual([0, 0, 0.1, 0.05])
    expect((await of('P02_1'))[0]!.hands).toEqual([])
    await expect(of('5f45-aa')).rejects.toMatchObject({ code: 'hands/no-rate' })
  })

  it('need the size of the frames', async () => {
    const file = write('boxes.json', { P01_101_3: { 120: [10, 20, 60, 80] } })
    await expect(readDetections(file)).rejects.toMatchObject({
      code: 'hands/no-size',
      message: expect.stringContaining("these are X-MIC's boxes in pixels"),
    })
  })

  it('that are broken in one place are refused with that place', async () => {
    const file = write('broken.json', { P01_101_3: { 120: [10, 20, 60, 80] }, P01_101_4: { 12: [1, 2, 3] } })
    await expect(readDetections(file, { segments: size })).rejects.toThrow('P01_101_4.12 is not a frame number')
  })
})

describe('a file that is none of the formats', () => {
  it.each([
    [
      { a: { b: 'text' } },
      'a dictionary whose first key is "a", holding a dictionary whose first key is "b", holding text',
    ],
    [[1, 2], 'a list of 2, the first a number'],
    [{}, 'an empty dictionary'],
    [new Uint8Array([80, 75, 3, 4, 0, 0, 0, 0]), 'a zip archive'],
    [new Uint8Array([0, 0, 0, 24, ...Buffer.from('ftypisom')]), 'a video'],
    [new Uint8Array(Buffer.from('frame,left,top\n1,2,3\n')), 'neither a pickle nor JSON'],
  ])('is described in words: %#', async (content, words) => {
    const file = write('some.pkl.json', content)
    await expect(readDetections(file)).rejects.toMatchObject({
      code: 'hands/not-detections',
      message: expect.stringContaining(words),
      cure: expect.stringContaining('raw 100DOH output'),
    })
  })
})
