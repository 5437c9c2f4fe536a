import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { allFrames, decodedTimes, failure, makeVideo, numberedVideo, painted, temporaryFolder } from './testing.js'
import { probe } from './timeline.js'
import type { Frame } from './types.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4']
const pixel = ({ rgb, width }: Frame, x: number, y: number) => [
  ...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
]

describe('clocks', () => {
  it('59.94 against 60: the same second is another frame', async () => {
    const [slow, fast] = [60_000 / 1001, 60].map((rate, i) =>
      numberedVideo(at(`${i}.mp4`), { frames: 640, rate }, ...x264, '-preset', 'ultrafast'),
    )
    expect((await probe(slow!)).frameRate).toBeCloseTo(60_000 / 1001, 6)
    expect((await allFrames(slow!, { times: [10, 10.005] })).map((f) => f.index)).toEqual([599, 599])
    expect((await allFrames(fast!, { times: [10] })).map((f) => f.index)).toEqual([600])
    const [frame] = await allFrames(slow!, { times: [600 * (1001 / 60_000)] })
    expect([frame!.index, painted(frame!), frame!.time]).toEqual([600, 0, expect.closeTo(10.01, 6)])
  })

  it('a variable rate: the frame on screen, and the mean rate', async () => {
    const wish = "select='not(between(n,5,14))',settb=1/600"
    const path = numberedVideo(at('vfr.mkv'), { frames: 20, rate: 10 }, '-vf', wish, '-fps_mode', 'vfr', ...x264)
    expect(await probe(path)).toMatchObject({ variable: true, frames: 10 })
    expect((await allFrames(path, { times: [0.45, 1.2, 1.55] })).map(painted)).toEqual([4, 4, 15])
  })

  it('edit lists: what a cut left out is not shown, and times start at the cut', async () => {
    const path = numberedVideo(at('long.mp4'), { frames: 48, rate: 12 }, ...x264, '-bf', '2', '-g', '12')
    const cut = makeVideo(at('cut.mp4'), '-ss', '1.25', '-i', path, '-c', 'copy')
    expect(await probe(cut)).toMatchObject({ startTime: 0, frames: 33 })
    const found = await allFrames(cut, { times: [0, 0.5, 2.7] })
    expect(found.map(painted)).toEqual([15, 21, 47 % 25])
    expect(found.map((f) => f.time)).toEqual([0, 0.5, 32 / 12].map((t) => expect.closeTo(t, 3)))
  })

  it('negative timestamps stay before 0', async () => {
    const early = ['-avoid_negative_ts', 'disabled', '-output_ts_offset', '-1', '-c:v', 'mpeg4', '-q:v', '2']
    const path = numberedVideo(at('early.mkv'), { frames: 24, rate: 12 }, ...early)
    const { startTime } = await probe(path)
    expect(startTime).toBeCloseTo(-1, 2)
    const found = await allFrames(path)
    expect(found.map(painted)).toEqual(Array.from({ length: 24 }, (_, i) => i))
    expect((await allFrames(path, { times: [-0.49, 0.51] })).map((f) => f.time - startTime)).toEqual([
      expect.closeTo(0.5, 2),
      expect.closeTo(1.5, 2),
    ])
  })

  it('B-frames that are shown before the key frame of a seek', async () => {
    const open = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4', '-preset', 'ultrafast']
    const groups = ['-x264-params', 'open-gop=1:bframes=3:b-adapt=0:keyint=30:min-keyint=30:scenecut=0']
    const path = numberedVideo(at('open.mp4'), { frames: 300, rate: 30, size: '1280x720' }, ...open, ...groups)
    const wanted = [178, 179, 180, 181, 268, 269, 270]
    const found = await allFrames(path, { times: wanted.map((n) => n / 30) })
    expect(found.map((f) => f.index)).toEqual(wanted)
    expect(found.map(painted)).toEqual(wanted.map((n) => n % 25))
    expect(found.map((f) => f.time)).toEqual(wanted.map((n) => expect.closeTo(decodedTimes(path)[n]!, 4)))
  })
})

describe('pictures', () => {
  const graph = 'color=red:s=32x24:r=5:d=0.4[a];color=blue:s=32x24:r=5:d=0.4[b];[a][b]hstack'
  const halves = (name: string, ...argv: string[]) => makeVideo(at(name), '-filter_complex', graph, ...argv)
  const near = (colour: number[]) => colour.map((value) => expect.closeTo(value, -1))

  it.each([90, 180, 270])('rotation by metadata: %i degrees', async (angle) => {
    const flat = halves('flat.mp4', ...x264)
    const path = makeVideo(at(`turned-${angle}.mp4`), '-i', flat, '-c', 'copy', '-metadata:s:v', `rotate=${angle}`)
    const [frame] = await allFrames(path, { times: [0] })
    const info = await probe(path)
    expect([frame!.width, frame!.height]).toEqual(angle === 180 ? [64, 24] : [24, 64])
    expect([info.width, info.height]).toEqual([frame!.width, frame!.height])
    const red = { 90: [12, 50], 180: [50, 12], 270: [12, 10] }[angle]!
    const [r, , b] = pixel(frame!, red[0]!, red[1]!)
    expect(r! > 200 && b! < 50).toBe(true)
  })

  it('odd width and height', async () => {
    const odd = ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p']
    const path = numberedVideo(at('odd.mkv'), { frames: 3, rate: 5, size: '65x47' }, ...odd)
    const found = await allFrames(path)
    expect(found.map((f) => [f.width, f.height, f.rgb.length])).toEqual(Array(3).fill([65, 47, 65 * 47 * 3]))
    expect(found.map(painted)).toEqual([0, 1, 2])
    expect(pixel(found[2]!, 64, 46)).toEqual(pixel(found[2]!, 0, 0))
  })

  it.each([
    ['10 bits', 'yuv420p10le'],
    ['4:4:4', 'yuv444p'],
    ['4:2:2 in 10 bits', 'yuv422p10le'],
  ])('%s', async (_, format) => {
    const path = halves(`${format}.mp4`, '-c:v', 'libx264', '-pix_fmt', format, '-qp', '2')
    const [frame] = await allFrames(path, { times: [0.2] })
    expect(pixel(frame!, 8, 12)).toEqual(near([254, 0, 0]))
    expect(pixel(frame!, 56, 12)).toEqual(near([0, 0, 254]))
    expect(await probe(path)).not.toHaveProperty('hdr')
  })

  it('high dynamic range: PQ and HLG are told, and diffuse white looks white', async () => {
    /** 203 cd/m2, and a tenth of it, as limited 10-bit codes of PQ (SMPTE ST 2084). */
    const pq = (nits: number) => {
      const y = (nits / 10_000) ** (2610 / 16384)
      const value = ((3424 / 4096 + (2413 / 128) * y) / (1 + (2392 / 128) * y)) ** (2523 / 32)
      return Math.round(64 + 876 * value)
    }
    /** What is asked for: Mobius above 0.3 with a peak of 50, then BT.1886. */
    const expected = (light: number) => {
      const a = (-0.09 * 49) / (0.09 - 0.6 + 50)
      const b = (0.09 - 30 + 50) / 49
      const rolled = light <= 0.3 ? light : ((b * b + 0.6 * b + 0.09) / (b - a)) * ((light + a) / (light + b))
      return 255 * rolled ** (1 / 2.4)
    }
    const codes = [203, 20.3].map(pq)
    const input = `color=gray:s=32x32:r=5:d=0.4,format=yuv420p10le,geq=lum='if(lt(X,16),${codes[0]},${codes[1]})':cb=512:cr=512`
    const coded = (name: string, transfer: string) => {
      const colours = `colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc:log-level=none:lossless=1`
      const flags = ['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc']
      return makeVideo(at(name), '-f', 'lavfi', '-i', input, '-c:v', 'libx265', '-x265-params', colours, ...flags)
    }
    const path = coded('pq.mp4', 'smpte2084')
    expect(await probe(path)).toMatchObject({ hdr: 'pq', codec: 'hevc' })
    const [frame] = await allFrames(path, { times: [0.2] })
    expect(Math.abs(pixel(frame!, 4, 16)[0]! - expected(1))).toBeLessThan(2)
    expect(Math.abs(pixel(frame!, 28, 16)[0]! - expected(0.1))).toBeLessThan(2)
    expect(await probe(coded('hlg.mp4', 'arib-std-b67'))).toMatchObject({ hdr: 'hlg' })
  })
})

describe('sizes', () => {
  it('1 x 1', async () => {
    const path = at('dot.mkv')
    makeVideo(path, '-f', 'lavfi', '-i', 'color=s=16x16:r=5:d=0.6,scale=1:1,format=gray,geq=lum=76', '-c:v', 'ffv1')
    expect(await probe(path)).toMatchObject({ width: 1, height: 1, frames: 3 })
    const found = await allFrames(path, { shortSide: 8 })
    expect(found.map((f) => [f.width, f.height, ...f.rgb])).toEqual(Array(3).fill([1, 1, 76, 76, 76]))
  })

  it('16k x 16k: refused by the header, before a picture is decoded', async () => {
    const small = numberedVideo(at('small.mp4'), { frames: 3, rate: 5 }, ...x264)
    const bytes = readFileSync(small)
    const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'))
    bytes.writeUInt16BE(16_384, entry + 28)
    bytes.writeUInt16BE(16_384, entry + 30)
    writeFileSync(at('huge.mp4'), bytes)
    const error = await failure(at('huge.mp4'))
    expect(error).toMatchObject({ code: 'video/too-large', where: at('huge.mp4'), cure: 'scale the video down first' })
    expect(error.message).toContain('16384x16384')
  })

  it('16k x 8k that says so only in its pictures', async () => {
    const path = at('wide.mkv')
    const input = ['-f', 'lavfi', '-i', 'color=s=16384x8192:r=1:d=1,format=gray', '-frames:v', '1']
    makeVideo(path, ...input, '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-strict', '-1')
    expect(await failure(path)).toMatchObject({ code: 'video/too-large', where: path })
  })

  it('a decompression bomb: a few hundred bytes that would be gigabytes', async () => {
    const bomb = png(30_000, 30_000)
    expect(bomb.length).toBeLessThan(1000)
    mkdirSync(at('bomb'))
    writeFileSync(at('bomb/1.png'), bomb)
    expect((await failure(at('bomb'), { frameRate: 1 })).code).toBe('video/too-large')
    mkdirSync(at('hidden'))
    makeVideo(at('hidden/%d.png'), '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=2:d=1')
    writeFileSync(at('hidden/3.png'), bomb)
    const error = await failure(at('hidden'), { frameRate: 1 })
    expect(error).toMatchObject({ code: 'video/frame-missing', where: at('hidden') })
    expect(error.message).toMatch(/^3.png cannot be decoded/)
  })
})

/** A PNG that claims a size, with next to nothing in it. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), body])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(body.length)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0], 8)
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
