import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { allFrames, failure, makeVideo, numberedVideo, painted, temporaryFolder } from './testing.js'
import { probe } from './timeline.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4', '-bf', '2', '-g', '12']
/** 24 frames in two groups of 12, with the index at the end. */
const whole = numberedVideo(at('whole.mp4'), { frames: 24, rate: 12 }, ...x264)
const copy = (name: string, ...argv: string[]) => makeVideo(at(name), '-i', whole, '-c', 'copy', ...argv)

/** The first part of a file. */
function cut(path: string, name: string, share: number): string {
  const bytes = readFileSync(path)
  writeFileSync(at(name), bytes.subarray(0, Math.floor(bytes.length * share)))
  return at(name)
}

/** A file with some of its bytes changed. */
function edited(path: string, name: string, change: (bytes: Buffer) => void): string {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(at(name), bytes)
  return at(name)
}

describe('a file that broke off', () => {
  it('truncated within a group of pictures, index in front: says how many frames are there', async () => {
    const path = cut(copy('front.mp4', '-movflags', '+faststart'), 'cut.mp4', 0.8)
    const error = await failure(path, { times: [0.1] })
    expect(error).toMatchObject({ code: 'video/truncated', where: path })
    expect(error.message).toMatch(/^the file ends in the middle: \d+ of 24 frames are in it$/)
    expect(error.cure).toContain('get the file again')
  })

  it.each(['mkv', 'avi'])('truncated within a group of pictures: %s', async (kind) => {
    const path = cut(copy(`front.${kind}`), `cut.${kind}`, 0.9)
    expect(await failure(path)).toMatchObject({ code: 'video/truncated', where: path })
  })

  it('truncated within a group of pictures, in a stream without an index: whole frames or the first that is not', async () => {
    const path = cut(copy('front.ts'), 'cut.ts', 0.7)
    const { frames } = await probe(path)
    const before = await allFrames(path, { times: [0, 0.5] })
    expect(before.map(painted)).toEqual([0, 6])
    expect(frames).toBeLessThan(24)
    const found = await allFrames(path).catch((error) => error)
    // B-frames that were to come are not there; each frame that is there is at its own time.
    if (Array.isArray(found))
      expect(found.map(painted)).toEqual(found.map(({ time }) => Math.round(Math.abs(time) * 12)))
    else expect(found).toMatchObject({ code: 'video/frame-missing', where: path })
  })

  it('no moov: the index that a recording gets at its end is missing', async () => {
    const path = cut(whole, 'no-moov.mp4', 0.5)
    const error = await failure(path)
    expect(error).toMatchObject({ code: 'video/no-index', where: path })
    expect(error.cure).toContain('get the file again')
  })

  it('an image that broke off is named, and not filled up with grey', async () => {
    mkdirSync(at('images'))
    makeVideo(at('images/frame_%03d.jpg'), '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=3:d=1', '-q:v', '2')
    const bytes = readFileSync(at('images/frame_002.jpg'))
    writeFileSync(at('images/frame_002.jpg'), bytes.subarray(0, bytes.length - 40))
    const error = await failure(at('images'), { frameRate: 12 })
    expect(error).toMatchObject({ code: 'video/frame-missing', where: at('images/frame_002.jpg') })
    expect(error.message).toBe('the image is cut off')
  })

  it('zero bytes', async () => {
    writeFileSync(at('empty.mp4'), '')
    const error = await failure(at('empty.mp4'))
    expect(error).toMatchObject({ code: 'video/empty', where: at('empty.mp4'), cure: 'get the file again' })
  })
})

describe('a file that is not what its name says', () => {
  it('wrong extension: the bytes tell what it is', async () => {
    copyFileSync(copy('right.mkv'), at('renamed.mp4'))
    copyFileSync(whole, at('renamed.avi'))
    for (const name of ['renamed.mp4', 'renamed.avi']) {
      expect((await allFrames(at(name), { times: [0, 1] })).map(painted)).toEqual([0, 12])
    }
  })

  it('renamed: text, a web page and a picture are no videos', async () => {
    writeFileSync(at('page.mp4'), '<!doctype html><title>403 Forbidden</title>'.repeat(20))
    makeVideo(at('still.jpg'), '-f', 'lavfi', '-i', 'testsrc=s=64x48', '-frames:v', '1')
    copyFileSync(at('still.jpg'), at('still.mp4'))
    for (const name of ['page.mp4', 'still.mp4']) {
      expect(await failure(at(name))).toMatchObject({ code: 'video/unreadable', where: at(name) })
    }
  })

  it('audio only, also with a cover picture', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=0.3']
    makeVideo(at('sound.mp4'), ...sound)
    const cover = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=1:d=1', '-map', '0', '-map', '1', '-c:v', 'mjpeg']
    makeVideo(at('cover.m4a'), ...sound, ...cover, '-disposition:v', 'attached_pic', '-f', 'mp4')
    for (const name of ['sound.mp4', 'cover.m4a']) {
      expect(await failure(at(name))).toMatchObject({ code: 'video/no-video', where: at(name) })
    }
  })
})

describe('a file whose index is wrong', () => {
  it('0 frames declared', async () => {
    const fragments = readFileSync(copy('fragments.mp4', '-movflags', '+empty_moov+frag_keyframe'))
    writeFileSync(at('none.mp4'), fragments.subarray(0, fragments.indexOf('moof') - 4))
    expect(await failure(at('none.mp4'))).toMatchObject({ code: 'video/no-frames', where: at('none.mp4') })
  })

  it('more frames declared than there are: those that are there, and the first that is not is named', async () => {
    const avi = numberedVideo(at('declares.avi'), { frames: 24, rate: 12 }, '-c:v', 'mpeg4', '-q:v', '2')
    const header = edited(avi, 'declares-more.avi', (bytes) => {
      bytes.writeUInt32LE(900, bytes.indexOf('avih') + 8 + 16)
      bytes.writeUInt32LE(900, bytes.indexOf('strh') + 8 + 32)
    })
    expect(await probe(header)).toMatchObject({ frames: 24 })
    expect((await allFrames(header)).map(painted)).toEqual(Array.from({ length: 24 }, (_, i) => i))
    const beyond = edited(whole, 'beyond.mp4', (bytes) => {
      const stsz = bytes.indexOf('stsz') + 12
      bytes.writeUInt32BE(10_000_000, stsz + 4 + 4 * 20)
    })
    const error = await failure(beyond)
    expect(error).toMatchObject({ code: 'video/frame-missing', where: beyond })
    expect(error.message).toMatch(/^the frame at 1\.\d+ s cannot be decoded/)
    expect((await allFrames(beyond, { times: [0, 0.9] })).map(painted)).toEqual([0, 10])
  })

  it('frames that an edit list leaves out are not missing', async () => {
    const path = edited(whole, 'trimmed.mp4', (bytes) => {
      const length = bytes.indexOf('elst') + 12
      bytes.writeUInt32BE(bytes.readUInt32BE(length) / 2, length)
    })
    expect((await allFrames(path)).map(painted)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  it('an index of millions of frames in a small file takes no memory', async () => {
    const path = edited(whole, 'millions.mp4', (bytes) => {
      const [stts, stsz] = [bytes.indexOf('stts'), bytes.indexOf('stsz')]
      bytes.writeUInt32BE(12_000_000, stts + 12)
      bytes.writeUInt32BE(1000, stsz + 8)
      bytes.writeUInt32BE(12_000_000, stsz + 12)
    })
    const before = process.memoryUsage().rss
    const error = await failure(path)
    expect(error.where).toBe(path)
    expect(error.code).toMatch(/^video\//)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20)
  })
})

describe('damaged frames', () => {
  /** 40 bytes in the middle of frame 16 of 24, in the second group. */
  const damaged = () => {
    const path = numberedVideo(
      at('plain.mp4'),
      { frames: 24, rate: 12, size: '320x240' },
      ...x264,
      '-bf',
      '0',
      '-sc_threshold',
      '0',
    )
    return edited(path, 'damaged.mp4', (bytes) => {
      const stsz = bytes.indexOf('stsz') + 12
      const sizes = Array.from({ length: 24 }, (_, i) => bytes.readUInt32BE(stsz + 4 + 4 * i))
      const start = bytes.readUInt32BE(bytes.indexOf('stco') + 12) + sizes.slice(0, 16).reduce((a, b) => a + b, 0)
      for (let i = start + 8; i < start + sizes[16]! - 1; i++) bytes[i]! ^= 0xa5
    })
  }

  it('are never given, nor those predicted from them; the others are exact', async () => {
    const path = damaged()
    expect((await allFrames(path, { times: [0.5, 0.99, 1.01] })).map(painted)).toEqual([6, 11, 12])
    const error = await failure(path, { times: [16 / 12] })
    expect(error).toMatchObject({ code: 'video/frame-missing', where: path })
    expect(error.message).toContain('the frame at 1.333 s cannot be decoded; FFmpeg: ')
    const after = await failure(path, { times: [20 / 12] })
    expect(after.message).toContain(
      'at 1.667 s cannot be decoded for certain: it may be predicted from the damaged one at 1.333 s',
    )
  })
})
