import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { mp4Track } from './mp4.js'
import { makeVideo, numberedVideo, temporaryFolder } from './testing.js'
import { probeTrack } from './track.js'

const { at, remove } = temporaryFolder()
afterAll(remove)
const size = { frames: 50, rate: 25 }
const plain = numberedVideo(at('plain.mp4'), size, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', '3', '-g', '12')

describe('the index of an MP4', () => {
  const sound = ['-f', 'lavfi', '-i', 'sine=d=2']
  const files = {
    'B-frames': () => plain,
    'no B-frames, 29.97 a second': () =>
      numberedVideo(
        at('a.mp4'),
        { frames: 30, rate: 30000 / 1001 },
        '-c:v',
        'libx264',
        '-pix_fmt',
        'yuv420p',
        '-bf',
        '0',
      ),
    'sound and the index in front': () =>
      makeVideo(at('b.mp4'), '-i', plain, ...sound, '-c:v', 'copy', '-movflags', '+faststart'),
    'a quarter turn': () => makeVideo(at('c.mp4'), '-i', plain, '-c', 'copy', '-metadata:s:v', 'rotate=90'),
    'half a turn, MOV': () => makeVideo(at('d.mov'), '-i', plain, '-c', 'copy', '-metadata:s:v', 'rotate=180'),
    HEVC: () =>
      numberedVideo(at('e.mp4'), size, '-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=1'),
    'one frame': () => numberedVideo(at('f.mp4'), { frames: 1, rate: 25 }, '-c:v', 'libx264', '-pix_fmt', 'yuv420p'),
  }

  it.each(Object.entries(files))('says what ffprobe says: %s', async (_, make) => {
    const path = make()
    const track = await mp4Track(path)
    const probed = await probeTrack(path, { path }, {})
    expect(track).toEqual({ ...probed, declaredRate: expect.closeTo(probed.declaredRate, 6) })
  })

  it.each([
    ['a cut at the start', () => makeVideo(at('g.mp4'), '-ss', '0.3', '-i', plain, '-c', 'copy')],
    ['fragments', () => makeVideo(at('h.mp4'), '-i', plain, '-c', 'copy', '-movflags', 'frag_keyframe+empty_moov')],
    ['another container', () => makeVideo(at('i.mkv'), '-i', plain, '-c', 'copy')],
    ['late video', () => makeVideo(at('j.mp4'), '-itsoffset', '0.5', '-i', plain, ...sound, '-c:v', 'copy')],
    ['sound alone', () => makeVideo(at('k.m4a'), ...sound)],
  ])('leaves to ffprobe: %s', async (_, make) => {
    expect(await mp4Track(make())).toBeUndefined()
  })

  it('never believes a cut file', async () => {
    const whole = readFileSync(plain)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        writeFileSync(at('cut.mp4'), whole.subarray(0, length))
        expect(await mp4Track(at('cut.mp4'))).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })

  it('does not fall over noise in the index', async () => {
    const whole = readFileSync(plain)
    const start = whole.indexOf('moov')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start, max: whole.length - 1 }), fc.nat(255), async (place, byte) => {
        const changed = Buffer.from(whole)
        changed[place] = byte
        writeFileSync(at('noise.mp4'), changed)
        const track = await mp4Track(at('noise.mp4'))
        expect(track === undefined || track.ticks.length > 0).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})

it('the sound of a film is no reason to ask ffprobe', async () => {
  const path = makeVideo(at('l.mp4'), '-i', plain, '-f', 'lavfi', '-i', 'sine=d=2', '-c:v', 'copy', '-c:a', 'aac')
  expect(
    execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_type', '-of', 'csv=p=0', path]).toString(),
  ).toContain('audio')
  expect((await mp4Track(path))?.ticks).toHaveLength(50)
})
