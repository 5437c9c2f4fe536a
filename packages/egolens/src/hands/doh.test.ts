import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../video/testing.js'
import { readDetections } from './file.js'
import { dohProtocol2, dohProtocol4 } from './samples.testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content)
  return at(name)
}
const segments = { width: 100, height: 200, rate: 30 }

describe('raw 100DOH output', () => {
  it.each([
    ['protocol 2', dohProtocol2],
    ['protocol 4', dohProtocol4],
  ])('becomes relative boxes with what each hand holds: %s', async (_, file) => {
    const found = await readDetections(write('doh.pkl', file), { segments })
    expect(found.map((frame) => frame.time)).toEqual([1, 2])
    const [first, second] = found
    expect(first!.hands).toEqual([
      { box: [0.1, 0.1, 0.6, 0.4], score: expect.closeTo(0.9, 6), side: 'right', state: 3 },
      { box: [0, 0, 0.2, 0.1], score: expect.closeTo(0.3, 6), side: 'left', state: 0 },
    ])
    // The hand's offset points 10 pixels to the right: the first object is nearer to that than the second.
    expect(first!.objects.map(({ contact }) => contact)).toEqual([true, false])
    expect(second).toMatchObject({ hands: [], objects: [{ contact: false }, { contact: false }] })
  })

  it('is read from JSON too, and only what is of the video', async () => {
    const row = [0, 0, 50, 100, 0.95, 3, 0, 0, 0, 0]
    const file = write(
      'doh.json',
      JSON.stringify({
        '/d/P01_101/frame_0000000050.jpg': { hand_dets: [row], obj_dets: null },
        '/d/P01_11/frame_0000000060.jpg': { hand_dets: null, obj_dets: null },
      }),
    )
    const size = { width: 100, height: 200 }
    const found = await readDetections(file, { segments: { ...size, video: 'P01_101' } })
    expect(found).toEqual([
      { time: 1, hands: [{ box: [0, 0, 0.5, 0.5], score: 0.95, side: 'left', state: 3 }], objects: [] },
    ])
    expect((await readDetections(file, { segments: { ...size, video: 'P01_11' } })).map((f) => f.time)).toEqual([1])
  })

  it('needs the size of the frames, and a rate where no rule gives it', async () => {
    const file = write('doh.pkl', dohProtocol4)
    await expect(readDetections(file)).rejects.toMatchObject({ code: 'hands/no-size', where: file })
    await expect(readDetections(file, { segments: { width: 1, height: 1 } })).rejects.toMatchObject({
      code: 'hands/no-rate',
    })
  })

  it('names the image whose matrix is too narrow', async () => {
    const file = write('narrow.json', JSON.stringify({ 'a/1.jpg': { hand_dets: [[0, 0, 1, 1, 0.5]], obj_dets: null } }))
    await expect(readDetections(file, { segments })).rejects.toMatchObject({
      code: 'hands/not-detections',
      where: `${file}: a/1.jpg`,
      message: expect.stringContaining('hand_dets is not a matrix of at least 10 columns'),
    })
  })
})
