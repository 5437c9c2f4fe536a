import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@egolens/torch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ImageEncoder } from '../encoders/types.js'
import { type HandProvider, xmicRule } from '../hands/index.js'
import { contentHash } from '../video/index.js'
import { makeVideo } from '../video/testing.js'
import { type CropProvider, cropsFrom } from './crops.js'
import { type ExtractOptions, extract } from './extract.js'
import { frameSpace } from './space.js'
import { FeatureStore } from './store.js'

let dir: string
let store: FeatureStore
let encoded: number[]

/** The mean of each channel: what a frame shows is what its feature says. */
function meanEncoder(hash: string): ImageEncoder {
  return {
    name: 'mean',
    hash,
    width: 3,
    tap: 'joint',
    preprocessing: { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'squash' },
    encode(pixels: Tensor): Tensor {
      encoded.push(pixels.shape[0]!)
      return pixels.mean([2, 3])
    },
  }
}

/** One second of red, then one of blue, 10 frames a second, the left half black. */
function redThenBlue(name: string): string {
  const half = (colour: string) => `color=black:s=16x32:d=1:r=10[l];color=${colour}:s=16x32:d=1:r=10[r];[l][r]hstack`
  const graph = `${half('red')}[a];${half('blue').replaceAll('[l]', '[m]').replaceAll('[r]', '[s]')}[b];[a][b]concat`
  return makeVideo(join(dir, name), '-filter_complex', graph, '-c:v', 'ffv1', '-pix_fmt', 'bgr0')
}

const rightHalf: CropProvider = { id: 'right', boxes: async (_, times) => times.map(() => [0.5, 0, 1, 1]) }

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-extract-'))
  store = await FeatureStore.open(join(dir, 'store'))
  encoded = []
})
afterEach(() => rm(dir, { recursive: true }))

function options(source: string, more: Partial<ExtractOptions> = {}): ExtractOptions {
  return {
    clips: [
      { source, start: 0, end: 0.5 },
      { source, start: 1.5, end: 1.9 },
    ],
    encoders: [meanEncoder('e')],
    views: ['full'],
    every: 0.25,
    store,
    ...more,
  }
}

test('frames are encoded at the grid times of the clips, for both views', async () => {
  const source = redThenBlue('a.mkv')
  const encoder = meanEncoder('e')
  const report = await extract(options(source, { encoders: [encoder], views: ['full', 'hand'], crops: rightHalf }))
  expect(report).toMatchObject({ sources: 1, complete: 0, frames: 6, failures: [] })
  const hash = await contentHash(source)
  const full = await store.read(frameSpace(encoder, 'full', 0.25), hash)
  expect([...full.times]).toEqual([0, 0.25, 0.5, 1.5, 1.75, 2])
  expect([...full.at([0, 1.75])].map((v) => Math.round(v * 10) / 10)).toEqual([0.5, 0, 0, 0, 0, 0.5])
  const hand = await store.read(frameSpace(encoder, 'hand', 0.25, 'right'), hash)
  expect([...hand.at([0, 1.75])].map((v) => Math.round(v * 10) / 10)).toEqual([1, 0, 0, 0, 0, 1])
})

test('what is there is not encoded again, and a wider wish adds only what is new', async () => {
  const source = redThenBlue('a.mkv')
  await extract(options(source, { batch: 4 }))
  expect(encoded).toEqual([4, 2])
  const second = await extract(options(source))
  expect(second).toMatchObject({ complete: 1, frames: 0 })
  const wider = await extract(options(source, { clips: [{ source, start: 0, end: 1 }] }))
  expect(wider.frames).toBe(2)
  expect(encoded).toEqual([4, 2, 2])
})

test('other detections make the hand view anew, and leave the full view alone', async () => {
  const source = redThenBlue('a.mkv')
  const views: ExtractOptions['views'] = ['full', 'hand']
  const crops = (id: string): CropProvider => ({ ...rightHalf, sourceId: async () => id })
  await extract(options(source, { views, crops: crops('first') }))
  expect((await extract(options(source, { views, crops: crops('first') }))).complete).toBe(1)
  encoded = []
  expect((await extract(options(source, { views, crops: crops('second') }))).frames).toBe(6)
  expect((await extract(options(source, { views, crops: crops('second') }))).complete).toBe(1)
})

test('detections become crops by the rule, and no hands mean the whole frame', async () => {
  const detections = [
    { time: 0, hands: [{ box: [0.1, 0.1, 0.3, 0.3] as const, score: 0.9 }], objects: [] },
    { time: 1, hands: [], objects: [] },
  ]
  const provider: HandProvider = {
    name: 'file',
    id: 'boxes',
    sourceId: async () => 'hash',
    detections: async () => detections,
  }
  const crops = cropsFrom(provider, xmicRule)
  expect(crops.id).toBe('boxes|hand>=0.8|object>=0.01|grow=1')
  expect(await crops.sourceId!('a')).toBe('hash')
  expect(await crops.boxes('a', [0, 1])).toEqual([[0.1, 0.1, 0.3, 0.3], undefined])
})

test('a frame without a box may be zero in the hand view', async () => {
  const source = redThenBlue('a.mkv')
  const encoder = meanEncoder('e')
  const crops: CropProvider = {
    id: 'some|missing=zero',
    zeroWithoutBox: true,
    boxes: async (_, times) => times.map((time) => (time < 1 ? [0.5, 0, 1, 1] : undefined)),
  }
  await extract(options(source, { encoders: [encoder], views: ['full', 'hand'], crops }))
  const hash = await contentHash(source)
  const hand = await store.read(frameSpace(encoder, 'hand', 0.25, crops.id), hash)
  expect([...hand.at([0, 1.75])].map(Math.round)).toEqual([1, 0, 0, 0, 0, 0])
  const full = await store.read(frameSpace(encoder, 'full', 0.25), hash)
  expect(full.at([1.75])[2]).toBeCloseTo(0.5, 1)
})

test('a folder of images is read at the rate that its clips say, and again at another', async () => {
  const source = join(dir, 'images')
  await mkdir(source)
  makeVideo(join(source, 'frame_%04d.png'), '-i', redThenBlue('a.mkv'))
  const encoder = meanEncoder('e')
  const asked: unknown[] = []
  const crops: CropProvider = {
    id: 'right',
    boxes: async (_, times, images) => {
      asked.push(images)
      return times.map(() => [0.5, 0, 1, 1])
    },
  }
  const at = async (frameRate: number, zeroNumber?: number) => {
    const clips = [{ source, start: 0, end: 1, frameRate, ...(zeroNumber === undefined ? {} : { zeroNumber }) }]
    const report = await extract(options(source, { clips, encoders: [encoder], views: ['full', 'hand'], crops }))
    expect(report).toMatchObject({ frames: 5, failures: [] })
    const read = await store.read(frameSpace(encoder, 'hand', 0.25, 'right'), await contentHash(source))
    return [...read.at([0.75])].map(Math.round)
  }
  expect(await at(10)).toEqual([1, 0, 0])
  expect(await at(20)).toEqual([0, 0, 1])
  // Image 1 is then at 0.45 s, and image 7 at 0.75 s.
  expect(await at(20, -8)).toEqual([1, 0, 0])
  expect(asked).toEqual([{ frameRate: 10 }, { frameRate: 20 }, { frameRate: 20, zeroNumber: -8 }])
})

test('two encoders share one pass', async () => {
  const source = redThenBlue('a.mkv')
  const encoders = [meanEncoder('e'), meanEncoder('f')]
  const report = await extract(options(source, { encoders }))
  expect(report.frames).toBe(6)
  expect(encoded).toEqual([6, 6])
  const hash = await contentHash(source)
  expect((await store.read(frameSpace(encoders[1]!, 'full', 0.25), hash)).times.length).toBe(6)
})

test('a broken source is named and the others are done', async () => {
  const good = redThenBlue('z.mkv')
  const broken = join(dir, 'broken.mp4')
  await writeFile(broken, 'not a video')
  const clips = [broken, good, join(dir, 'absent.mp4')].map((source) => ({ source, start: 0, end: 0.5 }))
  const report = await extract(options(good, { clips }))
  expect(report.frames).toBe(3)
  expect(report.failures.map((f) => f.source)).toEqual([join(dir, 'absent.mp4'), broken])
  expect(report.failures.every((f) => f.code.startsWith('video/'))).toBe(true)
})

test('shards share the sources', async () => {
  const sources = [redThenBlue('a.mkv'), redThenBlue('b.mkv'), redThenBlue('c.mkv')]
  const clips = sources.map((source) => ({ source, start: 0, end: 0.5 }))
  const counts = await Promise.all(
    [0, 1].map(async (index) => (await extract(options('', { clips, shard: { index, count: 2 } }))).sources),
  )
  expect(counts).toEqual([2, 1])
})

test('the hand view without boxes is refused', async () => {
  await expect(extract(options('a', { views: ['hand'] }))).rejects.toMatchObject({ code: 'features/no-crops' })
})
