import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@egolens/torch'
import { afterAll, describe, expect, test } from 'vitest'
import type { ImageEncoder } from '../encoders/types.js'
import { contentHash, type DecodeLimits, type ImageOptions } from '../video/index.js'
import { makeVideo, numberedVideo, withPrograms } from '../video/testing.js'
import { extract } from './extract.js'
import { frameSpace } from './space.js'
import { FeatureStore } from './store.js'

const dir = mkdtempSync(join(tmpdir(), 'egolens-extract-faults-'))
afterAll(() => rmSync(dir, { recursive: true }))
const at = (name: string) => join(dir, name)

const brightness: ImageEncoder = {
  name: 'mean',
  hash: 'mean',
  width: 1,
  tap: 'joint',
  preprocessing: { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'squash' },
  encode: (pixels: Tensor) => pixels.mean([1, 2, 3]).reshape([-1, 1]),
}

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']
/** Handed on with the options of the sources: a test does not wait a minute. */
const patience: ImageOptions & DecodeLimits = { stallSeconds: 8 }
/** Frame k is grey 20 + 8 k; 10 frames a second. */
const good = (name: string, quality = 4) =>
  numberedVideo(at(name), { frames: 10, rate: 10 }, ...x264, '-qp', String(quality))
const wish = (sources: string[], store: FeatureStore) => ({
  clips: sources.map((source) => ({ source, start: 0, end: 0.8 })),
  encoders: [brightness],
  views: ['full' as const],
  every: 0.2,
  store,
})

async function features(store: FeatureStore, source: string): Promise<number[]> {
  const stored = await store.read(frameSpace(brightness, 'full', 0.2), await contentHash(source))
  return [...stored.at([...stored.times])].map((mean) => Math.round(mean * 255))
}

describe('extraction over sources of which many are bad', () => {
  /** One source of each kind of fault, with the code that its line in the table has. */
  function bad(): Record<string, string> {
    const whole = readFileSync(good('whole.mp4'))
    const front = readFileSync(
      makeVideo(at('front.mp4'), '-i', at('whole.mp4'), '-c', 'copy', '-movflags', '+faststart'),
    )
    writeFileSync(at('b-empty.mp4'), '')
    writeFileSync(at('c-no-moov.mp4'), whole.subarray(0, whole.indexOf('moov') - 4))
    writeFileSync(at('d-cut.mp4'), front.subarray(0, front.length - 200))
    writeFileSync(at('e-page.mp4'), '<!doctype html>'.repeat(99))
    writeFileSync(
      at('f-list.mp4'),
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${at('whole.mp4')}\n#EXT-X-ENDLIST\n`,
    )
    makeVideo(at('g-sound.mp4'), '-f', 'lavfi', '-i', 'sine=d=0.2')
    execFileSync('mkfifo', [at('h-pipe.mp4')])
    symlinkSync('/dev/zero', at('i-device.mp4'))
    symlinkSync(at('nothing.mp4'), at('j-dangling.mp4'))
    const huge = Buffer.from(whole)
    huge.writeUInt32BE(0x4000_4000, huge.indexOf('avc1', huge.indexOf('stsd')) + 28)
    writeFileSync(at('k-huge.mp4'), huge)
    const damaged = Buffer.from(whole)
    const [start, end] = [damaged.indexOf('mdat') + 4, damaged.indexOf('moov') - 4]
    for (let i = (start + end) >> 1; i < end; i++) damaged[i]! ^= 0x5a
    writeFileSync(at('l-damaged.mp4'), damaged)
    return {
      'b-empty.mp4': 'video/empty',
      'c-no-moov.mp4': 'video/no-index',
      'd-cut.mp4': 'video/truncated',
      'e-page.mp4': 'video/unreadable',
      'f-list.mp4': 'video/unreadable',
      'g-sound.mp4': 'video/no-video',
      'h-pipe.mp4': 'video/not-a-file',
      'i-device.mp4': 'video/not-a-file',
      'j-dangling.mp4': 'video/not-found',
      'k-huge.mp4': 'video/too-large',
      'l-damaged.mp4': 'video/frame-missing',
    }
  }

  test('goes on past each, and the table of failures names all of them', async () => {
    const faults = bad()
    const store = await FeatureStore.open(at('store'))
    const sources = ['a-good.mp4', ...Object.keys(faults), 'z-good.mp4'].map(at)
    good('a-good.mp4')
    good('z-good.mp4')
    const report = await extract(wish(sources, store))
    expect(report.failures.map(({ source, code }) => [source, code])).toEqual(
      Object.entries(faults).map(([name, code]) => [at(name), code]),
    )
    for (const { source, message } of report.failures) {
      expect(message.startsWith(source)).toBe(true)
      expect(message).not.toContain('\n')
    }
    // What is good is there, and right.
    expect(report).toMatchObject({ sources: sources.length, frames: 5 })
    const expected = [0, 2, 4, 6, 8].map((k) => expect.closeTo(20 + 8 * k, -1))
    expect(await features(store, at('a-good.mp4'))).toEqual(expected)
    expect((await extract(wish(sources, store))).complete).toBe(2)
  })

  test.each([
    ['hangs', 'exec sleep 60', 'video/stalled'],
    ['crashes', 'kill -SEGV $$', 'video/decoder-crashed'],
  ])('goes on past a source whose decoder %s', async (name, misbehave, code) => {
    const store = await FeatureStore.open(at(`store-${name}`))
    const sources = ['1.mp4', '2-evil.mp4', '3.mp4'].map((file, i) => good(`${name}-${file}`, 4 + i))
    const real = execFileSync('which', ['ffmpeg'], { encoding: 'utf8' }).trim()
    const script = `case "$*" in *evil*) ${misbehave};; *) exec ${real} "$@";; esac`
    const report = await withPrograms({ ffmpeg: script }, () => extract({ ...wish(sources, store), images: patience }))
    expect(report.failures.map((failure) => [failure.source, failure.code])).toEqual([[sources[1], code]])
    expect(report.frames).toBe(10)
  })
})
