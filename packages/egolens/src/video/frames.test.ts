import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { frames } from './frames.js'
import { decodedTimes, makeVideo, numberedVideo, temporaryFolder } from './testing.js'
import { frameTimestamps, probe } from './timeline.js'
import type { Frame, FrameOptions } from './types.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4']

async function all(source: string, options: FrameOptions = {}): Promise<Frame[]> {
  const found: Frame[] = []
  for await (const frame of frames(source, options)) found.push(frame)
  return found
}

/** The number, below 25, that `numbered` painted. */
function painted(frame: Frame): number {
  const middle = frame.rgb[3 * ((frame.height >> 1) * frame.width + (frame.width >> 1))]!
  return Math.max(0, Math.round((middle - 20) / 8))
}

describe('frames of a file with B-frames', () => {
  const path = numberedVideo(at('b.mp4'), { frames: 24, rate: 12 }, ...x264, '-bf', '3', '-g', '12')

  it('comes in presentation order with the timestamps ffprobe decodes', async () => {
    const found = await all(path)
    expect(found.map((f) => f.time)).toEqual(decodedTimes(path).map((t) => expect.closeTo(t, 5)))
    expect(found.map(painted)).toEqual(Array.from({ length: 24 }, (_, i) => i))
    expect(await probe(path)).toMatchObject({ width: 64, height: 48, frames: 24, frameRate: 12, variable: false })
    expect(await probe(path)).toMatchObject({ kind: 'file', codec: 'h264', startTime: 0, duration: 2, rotation: 0 })
  })

  it('gives the frame shown at each time, also between frames, at a boundary and beyond the ends', async () => {
    const times = [1.5, 0.08, 7 / 12, 7 / 12 - 1e-6, 0.5, -1, 99]
    const found = await all(path, { times })
    expect(found.map((f) => f.at)).toEqual([-1, 0.08, 0.5, 7 / 12 - 1e-6, 7 / 12, 1.5, 99])
    expect(found.map(painted)).toEqual([0, 0, 6, 7, 7, 18, 23])
  })

  it('takes a grid inside ranges, each time once', async () => {
    const found = await all(path, {
      every: 0.25,
      ranges: [
        [0.3, 0.8],
        [0.7, 1.01],
      ],
    })
    expect(found.map((f) => f.at)).toEqual([0.5, 0.75, 1])
    expect(found.map(painted)).toEqual([6, 9, 12])
  })

  it('repeats a frame for repeated times', async () => {
    expect((await all(path, { times: [0.5, 0.51, 0.5] })).map((f) => f.index)).toEqual([6, 6, 6])
  })

  it('scales the shorter side and keeps the shape', async () => {
    const [frame] = await all(path, { times: [0], shortSide: 24 })
    expect([frame!.width, frame!.height, frame!.rgb.length]).toEqual([32, 24, 32 * 24 * 3])
    const [same] = await all(path, { times: [0], shortSide: 480 })
    expect([same!.width, same!.height]).toEqual([64, 48])
  })
})

describe('seeking', () => {
  it('gives the same frames as reading through, across long gaps', async () => {
    const path = numberedVideo(
      at('long.mp4'),
      { frames: 1500, rate: 25, size: '640x480' },
      ...x264,
      '-bf',
      '2',
      '-g',
      '50',
      '-preset',
      'ultrafast',
    )
    const times = [0.5, 20.02, 20.1, 41.97, 59.96]
    const found = await all(path, { times })
    expect(found.map((f) => f.index)).toEqual([12, 500, 502, 1049, 1499])
    expect(found.map(painted)).toEqual([12, 500, 502, 1049, 1499].map((n) => n % 25))
  })

  it('works in MPEG-TS, whose clock does not start at 0', async () => {
    const path = numberedVideo(
      at('a.ts'),
      { frames: 500, rate: 25, size: '640x480' },
      ...x264,
      '-g',
      '25',
      '-bf',
      '2',
      '-preset',
      'ultrafast',
    )
    const found = await all(path, { times: [0, 9.99, 18.5] })
    expect(found.map(painted)).toEqual([0, 249, 462].map((n) => n % 25))
  })
})

describe('variable rate', () => {
  const path = numberedVideo(
    at('vfr.mp4'),
    { frames: 40, rate: 20 },
    ...[
      '-vf',
      "select='not(eq(mod(n,5),2))*not(between(n,21,30))'",
      '-fps_mode',
      'vfr',
      '-video_track_timescale',
      '600',
    ],
    ...x264,
  )

  it('is seen, and each time gets the frame that is on screen', async () => {
    const kept = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 5 !== 2 && !(n >= 21 && n <= 30))
    expect(await probe(path)).toMatchObject({ variable: true, frames: kept.length })
    expect(await frameTimestamps(path)).toEqual(kept.map((n) => expect.closeTo(n / 20, 3)))
    const found = await all(path, { times: [0.1, 0.14, 0.15, 1.2, 1.55, 1.6] })
    expect(found.map(painted)).toEqual([1, 1, 3, 20, 31, 31].map((n) => n % 25))
  })
})

describe('rotation', () => {
  it('is applied, and width and height are as shown', async () => {
    const flat = makeVideo(at('flat.mp4'), '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=5:d=1', ...x264)
    const turned = makeVideo(at('turned.mp4'), '-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90')
    expect(await probe(turned)).toMatchObject({ width: 48, height: 64, rotation: 270 })
    const [upright] = await all(flat, { times: [0] })
    const [frame] = await all(turned, { times: [0] })
    expect([frame!.width, frame!.height]).toEqual([48, 64])
    const red = (f: Frame, x: number, y: number) => f.rgb[3 * (y * f.width + x)]!
    for (const [x, y] of [
      [5, 7],
      [40, 30],
      [60, 2],
    ] as const) {
      expect(Math.abs(red(upright!, x, y) - red(frame!, y, 63 - x))).toBeLessThan(48)
    }
  })
})

describe('folders and tars of images', () => {
  const video = numberedVideo(at('images.mp4'), { frames: 20, rate: 20 }, ...x264)
  execFileSync('mkdir', [at('dump')])
  makeVideo(at('dump/frame_%010d.jpg'), '-i', video, '-q:v', '2')
  execFileSync('tar', ['-cf', at('dump.tar'), '-C', at(''), 'dump'])
  execFileSync('rm', [at('dump/frame_0000000008.jpg')])

  it('reads PNG too, and a picture inside of a JPEG is not taken for the next one', async () => {
    execFileSync('mkdir', [at('png'), at('thumbs')])
    makeVideo(at('png/%d.png'), '-i', video)
    expect((await all(at('png'), { frameRate: 20 })).map(painted)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    for (let n = 1; n <= 3; n++) {
      const image = readFileSync(at(`dump/frame_000000000${n}.jpg`))
      const comment = Buffer.from([0xff, 0xfe, (image.length + 2) >> 8, (image.length + 2) & 255])
      writeFileSync(at(`thumbs/${n}.jpg`), Buffer.concat([image.subarray(0, 2), comment, image, image.subarray(2)]))
    }
    expect((await all(at('thumbs'), { frameRate: 1 })).map(painted)).toEqual([0, 1, 2])
  })

  it('names an image that cannot be decoded', async () => {
    execFileSync('cp', ['-r', at('dump'), at('bad')])
    writeFileSync(at('bad/frame_0000000004.jpg'), Buffer.alloc(300))
    await expect(all(at('bad'), { frameRate: 20 })).rejects.toMatchObject({
      code: 'video/frame-missing',
      message: expect.stringMatching(/^frame_0000000004.jpg cannot be decoded/),
    })
  })

  it('needs a frame rate', async () => {
    await expect(probe(at('dump'))).rejects.toMatchObject({ code: 'video/no-frame-rate', where: at('dump') })
  })

  it('reads by image number, and a missing image leaves the one before it on screen', async () => {
    expect(await probe(at('dump'), { frameRate: 20 })).toMatchObject({ kind: 'folder', frames: 19, duration: 1 })
    const found = await all(at('dump'), { frameRate: 20, times: [0, 0.31, 0.36, 0.4, 0.95] })
    expect(found.map(painted)).toEqual([0, 6, 6, 8, 19])
  })

  it("follows EPIC-KITCHENS' rule when image 0 is at time 0", async () => {
    const found = await all(at('dump.tar'), { frameRate: 20, zeroNumber: 0, times: [0, 0.05, 0.35, 0.5] })
    expect(found.map((f) => painted(f) + 1)).toEqual([1, 1, 7, 10])
    expect(await probe(at('dump.tar'), { frameRate: 20 })).toMatchObject({ kind: 'tar', frames: 20, variable: false })
  })
})

describe('a still image', () => {
  const image = makeVideo(at('still.png'), '-f', 'lavfi', '-i', 'color=0x646464:s=24x16', '-frames:v', '1')

  it('is a video of one frame, read by its bytes where its name says something else', async () => {
    expect(await probe(image)).toMatchObject({ kind: 'image', codec: 'png', width: 24, height: 16, frames: 1 })
    execFileSync('cp', [image, at('still.jpg')])
    const found = await all(at('still.jpg'), { times: [0, 3] })
    expect(found.map(({ index, rgb }) => [index, rgb[0]])).toEqual([
      [0, 100],
      [0, 100],
    ])
  })

  it('is refused where it is cut off, or none', async () => {
    writeFileSync(at('cut.png'), readFileSync(image).subarray(0, -20))
    await expect(all(at('cut.png'))).rejects.toMatchObject({ code: 'video/frame-missing', where: at('cut.png') })
    writeFileSync(at('text.jpg'), 'hello, this is no image at all '.repeat(50))
    await expect(all(at('text.jpg'))).rejects.toMatchObject({ where: at('text.jpg') })
  })
})

describe('faults', () => {
  const failing = async (path: string) =>
    await all(path).then(
      () => undefined,
      (error) => error,
    )

  it('names what is not there, empty or no video', async () => {
    writeFileSync(at('empty.mp4'), '')
    writeFileSync(at('text.mp4'), 'hello, this is no video at all '.repeat(50))
    makeVideo(at('sound.m4a'), '-f', 'lavfi', '-i', 'sine=d=0.2')
    expect(await failing(at('none.mp4'))).toMatchObject({ code: 'video/not-found', where: at('none.mp4') })
    expect(await failing(at('empty.mp4'))).toMatchObject({ code: 'video/empty' })
    expect(await failing(at('text.mp4'))).toMatchObject({ code: 'video/unreadable', where: at('text.mp4') })
    expect(await failing(at('sound.m4a'))).toMatchObject({ code: 'video/no-video' })
    expect(await failing('/dev/null')).toMatchObject({ code: 'video/not-a-file' })
  })

  it('reads containers without times on their packets by decoding them, and refuses streams without any', async () => {
    const avi = numberedVideo(at('b.avi'), { frames: 24, rate: 12 }, '-c:v', 'mpeg4', '-bf', '2', '-q:v', '2')
    const found = await all(avi)
    const times = decodedTimes(avi)
    expect(found.map((f) => f.time - found[0]!.time)).toEqual(times.map((t) => expect.closeTo(t - times[0]!, 5)))
    expect(found.map(painted)).toEqual(times.map((_, i) => i))
    const raw = makeVideo(at('raw.h264'), '-i', at('b.mp4'), '-c', 'copy', '-bsf:v', 'h264_mp4toannexb')
    expect(await failing(raw)).toMatchObject({ code: 'video/no-timestamps', where: raw })
  })

  it('names the first frame that a damaged file lacks, and never gives another for it', async () => {
    const bytes = readFileSync(at('b.mp4'))
    const [start, end] = [bytes.indexOf('mdat') + 4, bytes.indexOf('moov') - 4]
    for (let i = (start + end) >> 1; i < end; i++) bytes[i]! ^= 0x5a
    writeFileSync(at('damaged.mp4'), bytes)
    const error = await failing(at('damaged.mp4'))
    expect(error).toMatchObject({ code: 'video/frame-missing', where: at('damaged.mp4') })
    expect(error.message).toMatch(/the frame at \d\.\d+ s cannot be decoded; FFmpeg: /)
  })

  it('ends a decoder that gives nothing in time', async () => {
    const slow = all(at('b.mp4'), { stallSeconds: 1e-3 })
    await expect(slow).rejects.toMatchObject({ code: 'video/stalled', where: at('b.mp4') })
    await expect.poll(children).toBe(0)
  })

  it('refuses playlists and scripts that would open other files', async () => {
    writeFileSync(
      at('list.mp4'),
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${at('b.mp4')}\n#EXT-X-ENDLIST\n`,
    )
    writeFileSync(at('script.mp4'), `ffconcat version 1.0\nfile b.mp4\n`)
    expect(await failing(at('list.mp4'))).toMatchObject({ code: 'video/unreadable' })
    expect(await failing(at('script.mp4'))).toMatchObject({ code: 'video/unreadable' })
  })

  it('reads names with odd characters', async () => {
    const name = at('a %d:"x" -i \' [b].mp4')
    execFileSync('cp', [at('b.mp4'), name])
    expect(await all(name, { times: [0.5] })).toHaveLength(1)
  })

  it('ends the decoder when the reader leaves early', async () => {
    const before = children()
    for await (const frame of frames(at('long.mp4'))) if (frame.index === 3) break
    await expect.poll(children).toBe(before)
  })

  it('refuses times that are no numbers', async () => {
    await expect(all(at('b.mp4'), { times: [Number.NaN] })).rejects.toMatchObject({ code: 'video/bad-time' })
    await expect(all(at('b.mp4'), { every: 0 })).rejects.toMatchObject({ code: 'video/bad-time' })
  })
})

function children(): number {
  const list = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'comm='], { encoding: 'utf8' })
  return list.split('\n').filter((name) => name.startsWith('ff')).length
}
