import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, safetensors, scope } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pixelEncoder } from '../encoders/pixels.js'
import type { ImageEncoder, Preprocessing } from '../encoders/types.js'
import { contentHash, type Frame, preprocessedPicture, type RelativeBox } from '../video/index.js'
import { allFrames, numberedVideo } from '../video/testing.js'
import type { CropProvider } from './crops.js'
import { type ExtractOptions, extract } from './extract.js'
import { frameSpace } from './space.js'
import { FeatureStore } from './store.js'
import type { View } from './types.js'

let dir: string
let store: FeatureStore
let source: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-pixels-'))
  store = await FeatureStore.open(join(dir, 'store'))
  source = numberedVideo(join(dir, 'a.mkv'), { frames: 16, rate: 4 }, '-c:v', 'ffv1', '-pix_fmt', 'bgr0')
})
afterEach(() => rm(dir, { recursive: true }))

const preprocessing: Preprocessing = { size: 8, resize: 8, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4], mode: 'center' }
const encoder = pixelEncoder(preprocessing)
const box: RelativeBox = [0.25, 0, 0.75, 1]
const crops: CropProvider = {
  id: 'middle',
  boxes: async (_, times) => times.map((time) => (time < 1 ? box : undefined)),
}
const space = (view: View) => frameSpace(encoder, view, 0.25, 'middle')

const work = (more: Partial<ExtractOptions> = {}): ExtractOptions => ({
  clips: [{ source, start: 0, end: 1 }],
  encoders: [encoder],
  views: ['full'],
  every: 0.25,
  store,
  ...more,
})

/** What an encoder of this preprocessing would see of a frame, in planes. */
function planes(frame: Frame, crop?: RelativeBox): number[] {
  const { rgb } = preprocessedPicture(frame, preprocessing, crop)
  return [0, 1, 2].flatMap((channel) => Array.from({ length: 64 }, (_, i) => rgb[3 * i + channel]!))
}

async function bytesOf(view: View): Promise<{ times: number[]; rows: number[][] }> {
  const { times, bytes, preprocessing: how } = await store.pixels(space(view), await contentHash(source))
  expect([bytes.dtype, how]).toEqual(['uint8', preprocessing])
  const rows = bytes.tolist() as number[][]
  bytes.dispose()
  return { times: [...times], rows }
}

describe('pixels in the store', () => {
  it('are the bytes of the prepared pictures, by view and time', async () => {
    await extract(work({ views: ['full', 'hand'], crops }))
    const frames = await allFrames(source, { times: [0, 0.25, 0.5, 0.75, 1] })
    const full = await bytesOf('full')
    expect(full.times).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(full.rows).toEqual(frames.map((frame) => planes(frame)))
    const hand = await bytesOf('hand')
    expect(hand.rows).toEqual(frames.map((frame) => planes(frame, frame.at < 1 ? box : undefined)))
  })

  it('take a byte a value', async () => {
    await extract(work())
    const path = store.shardPath(space('full'), await contentHash(source))
    using file = safetensors.open(path)
    expect(file.info('features')).toEqual({ dtype: 'uint8', shape: [5, 192] })
    expect((await stat(path)).size).toBeLessThan(5 * (192 + 8) + 600)
  })

  it('are added to what is there, frame by frame, and what is there is not decoded again', async () => {
    await extract(work({ clips: [{ source, start: 1, end: 2 }] }))
    const report = await extract(work({ clips: [{ source, start: 0.5, end: 3 }] }))
    expect([report.frames, report.failures]).toEqual([6, []])
    const { times, rows } = await bytesOf('full')
    expect(times).toEqual([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3])
    expect(rows).toEqual((await allFrames(source, { times })).map((frame) => planes(frame)))
    expect(await extract(work({ clips: [{ source, start: 1, end: 3 }] }))).toMatchObject({ complete: 1, frames: 0 })
  })

  it('that are there are left alone where features of the same frames are found', async () => {
    await extract(work())
    const path = store.shardPath(space('full'), await contentHash(source))
    const { mtimeMs } = await stat(path)
    const means: ImageEncoder = { ...encoder, hash: 'means', width: 3, tap: 'joint', encode: (x) => x.mean([2, 3]) }
    const report = await extract(work({ encoders: [encoder, means] }))
    expect([report.frames, (await stat(path)).mtimeMs]).toEqual([5, mtimeMs])
    const found = await store.read(frameSpace(means, 'full', 0.25), await contentHash(source))
    expect(found.times).toHaveLength(5)
  })

  it('of a long video are written in parts: what is held is bounded, and the same comes of it', async () => {
    const seen: number[] = []
    const held = 3 * encoder.width + 10
    const clips = [{ source, start: 0, end: 3.5 }]
    const report = await extract(work({ clips, held, batch: 2, progress: ({ done }) => seen.push(done) }))
    expect(report).toMatchObject({ frames: 15, failures: [] })
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    const { times, rows } = await bytesOf('full')
    expect(times).toHaveLength(15)
    expect(rows).toEqual((await allFrames(source, { times })).map((frame) => planes(frame)))
  })

  it('without a box may be black', async () => {
    await extract(work({ views: ['hand'], crops: { ...crops, zeroWithoutBox: true } }))
    const { rows } = await bytesOf('hand')
    expect(rows.map((row) => row.some((value) => value > 0))).toEqual([true, true, true, true, false])
  })

  it('of another width, and features in their place, are refused', async () => {
    await extract(work())
    const hash = await contentHash(source)
    const wide = { times: Float64Array.of(2), values: new Uint8Array(6), width: 6 }
    await expect(store.write(space('full'), hash, wide)).rejects.toMatchObject({ code: 'features/width' })
    const numbers = { ...space('full'), tap: 'joint' as const }
    await store.write(numbers, hash, { times: Float64Array.of(0), values: new Float32Array(6), width: 6 })
    await expect(store.pixels(numbers, hash)).rejects.toMatchObject({ code: 'features/damaged' })
    await expect(store.pixels(space('hand'), hash)).rejects.toMatchObject({ code: 'features/absent' })
  })

  it('leave nothing behind once they are disposed of', async () => {
    await extract(work())
    const hash = await contentHash(source)
    await expectNoLeak(async () => {
      const { bytes } = await store.pixels(space('full'), hash)
      scope(() => bytes.sum().item())
      bytes.dispose()
    })
  })
})
