import { scope, type Tensor } from '@egolens/torch'
import { afterAll, describe, expect, it } from 'vitest'
import type { Preprocessing } from '../../encoders/types.js'
import { preprocess } from '../../video/index.js'
import { allFrames, makeVideo, numberedVideo, temporaryFolder } from '../../video/testing.js'
import { padToSquare } from './square.js'
import { loadClipsPictures, loadVideoPictures, loadVideoPixels, type VideoPixelsOptions } from './video-pixels.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4', '-bf', '2']
const path = numberedVideo(at('numbered.mp4'), { frames: 25, rate: 10 }, ...x264)
const plain: Preprocessing = { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' }

/** What the options give: the grey in the middle of each picture as the number that was painted, and the rest. */
async function load(source: string, options: Partial<VideoPixelsOptions> = {}) {
  return scope(async () => {
    const { pixels, ...rest } = await loadVideoPixels(source, { preprocessing: plain, ...options })
    const painted = (greys: Tensor) => (greys.tolist() as number[]).map((grey) => Math.round((grey * 255 - 20) / 8))
    return { ...rest, shape: pixels.shape, painted: painted(pixels.select(3, 4).select(2, 4).select(1, 0)) }
  })
}

describe('the pixels of a clip', () => {
  it('are those of the chosen frames, in order', async () => {
    const found = await load(path, { frames: 5 })
    expect(found.shape).toEqual([5, 3, 8, 8])
    expect(found.positions).toEqual([2, 7, 12, 17, 22])
    expect(found.painted).toEqual([2, 7, 12, 17, 22])
    expect(found.times).toEqual([0.2, 0.7, 1.2, 1.7, 2.2].map((time) => expect.closeTo(time, 6)))
    expect(found.notice).toBeUndefined()
  })

  it('of a short clip are repeated, or black at the end, within its seconds', async () => {
    const clip = { start: 1, end: 1.2, frames: 4 }
    const repeated = await load(path, clip)
    expect([repeated.painted, repeated.black]).toEqual([[9, 10, 10, 11], 0])
    expect(repeated.notice).toMatch(/3 frames, and 4 are wanted/)
    const padded = await load(path, { ...clip, short: 'pad' })
    // A grey of 0 is 2.5 steps below the first of those that are painted.
    expect([padded.painted, padded.black, padded.shape]).toEqual([[9, 10, 11, -2], 1, [4, 3, 8, 8]])
    await expect(load(path, { ...clip, short: 'refuse' })).rejects.toMatchObject({
      code: 'mllm/short-clip',
      where: path,
    })
  })

  it('show all of a frame on the mean colour, or its middle, to the last bit as the image tower is trained', async () => {
    const source = makeVideo(at('moving.mp4'), ...['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=8:d=1'], ...x264)
    const preprocessing: Preprocessing = { ...plain, size: 16, resize: 20, mean: [0.5, 0.4, 0.3], std: [0.3, 0.2, 0.1] }
    await scope(async () => {
      const shown = await allFrames(source, { times: [0.125, 0.5] })
      const options = { frames: 2, end: 0.75, preprocessing }
      const padded = await loadVideoPixels(source, options)
      expect(padded.times).toEqual([0.125, 0.5].map((time) => expect.closeTo(time, 6)))
      const squares = shown.map((frame) => padToSquare(frame, preprocessing.mean))
      expect(padded.pixels.equal(preprocess(squares, preprocessing))).toBe(true)
      const { pixels } = await loadVideoPixels(source, { ...options, aspect: 'crop' })
      expect(pixels.equal(preprocess(shown, preprocessing))).toBe(true)
    })
  })

  it('are the same in one pass over several clips, which may overlap', async () => {
    const spans = [{ start: 1, end: 2.4 }, { start: 0.2, end: 0.4 }, {}, { start: 1.2, end: 1.9 }]
    const options = { frames: 4, short: 'pad', preprocessing: plain } as const
    const together = await loadClipsPictures(path, spans, options)
    const alone = await Promise.all(spans.map((span) => loadVideoPictures(path, { ...options, ...span })))
    expect(together).toEqual(alone)
    expect(together.map(({ black }) => black)).toEqual([0, 1, 0, 0])
  })

  it('of a still image are repeated', async () => {
    makeVideo(at('a.png'), ...['-f', 'lavfi', '-i', 'color=0x646464:s=24x16', '-frames:v', '1'])
    const found = await load(at('a.png'), { frames: 3, short: 'refuse' })
    expect(found).toMatchObject({ shape: [3, 3, 8, 8], painted: [10, 10, 10], black: 0, times: [0, 0, 0] })
    expect(found.notice).toBeUndefined()
  })
})
