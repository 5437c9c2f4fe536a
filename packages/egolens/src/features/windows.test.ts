import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@egolens/torch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FrameWindow, ImageEncoder } from '../encoders/types.js'
import { contentHash } from '../video/index.js'
import { makeVideo } from '../video/testing.js'
import type { CropProvider } from './crops.js'
import { type ExtractOptions, extract } from './extract.js'
import { frameSpace, spaceId } from './space.js'
import { FeatureStore } from './store.js'
import { timesToDecode, windowTimes } from './windows.js'

let dir: string
let store: FeatureStore
let shapes: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-windows-'))
  store = await FeatureStore.open(join(dir, 'store'))
  shapes = []
})
afterEach(() => rm(dir, { recursive: true }))

/** The red of each frame of a window, one number a frame: what the window shows is what its feature says. */
function redOf(window: FrameWindow): ImageEncoder {
  return {
    ...base(window.frames, `red of ${window.frames}`),
    window,
    encode(pixels: Tensor): Tensor {
      shapes.push(pixels.shape.join(' '))
      return pixels.select(2, 0).mean([2, 3])
    },
  }
}

/** The mean of each channel of one frame. */
const mean: ImageEncoder = { ...base(3, 'mean'), encode: (pixels) => pixels.mean([2, 3]) }

function base(width: number, name: string) {
  const preprocessing: ImageEncoder['preprocessing'] = {
    ...{ size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'squash' },
  }
  return { name, hash: name, width, tap: 'joint' as const, preprocessing }
}

/** Two seconds at 8 frames a second whose red grows by a tenth every quarter of a second, from 0 on. */
function reddening(): string {
  const colours = Array.from({ length: 8 }, (_, i) => `0x${(i * 25).toString(16).padStart(2, '0')}0000`)
  const parts = colours.map((colour, i) => `color=${colour}:s=16x16:d=0.25:r=8[c${i}]`).join(';')
  const graph = `${parts};${colours.map((_, i) => `[c${i}]`).join('')}concat=n=8`
  return makeVideo(join(dir, 'red.mkv'), '-filter_complex', graph, '-c:v', 'ffv1', '-pix_fmt', 'bgr0')
}

const options = (source: string, more: Partial<ExtractOptions>): ExtractOptions => ({
  ...{ clips: [{ source, start: 0, end: 1.75 }], encoders: [], views: ['full'], every: 0.25, store, ...more },
})
const tenths = (values: Float32Array) => [...values].map((value) => Math.round((value * 255) / 25))

test('the frames of a window lie around its middle, and none before the video', () => {
  expect(windowTimes(1, { frames: 4, stride: 0.5 })).toEqual([0.25, 0.75, 1.25, 1.75])
  expect(windowTimes(0.25, { frames: 3, stride: 0.5 })).toEqual([0, 0.25, 0.75])
  expect(windowTimes(1, { frames: 1, stride: 0.5 })).toEqual([1])
  expect(timesToDecode([mean, redOf({ frames: 2, stride: 0.5 })], [0.5, 1])).toEqual([0.25, 0.5, 0.75, 1, 1.25])
})

test('each grid time has one vector of its window; the ends of the video are repeated', async () => {
  const source = reddening()
  const encoder = redOf({ frames: 4, stride: 0.5 })
  const report = await extract(options(source, { encoders: [encoder], batch: 8 }))
  expect(report).toMatchObject({ frames: 8, failures: [] })
  const found = await store.read(frameSpace(encoder, 'full', 0.25), await contentHash(source))
  expect([...found.times]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
  expect(tenths(found.at([0]))).toEqual([0, 0, 1, 3])
  expect(tenths(found.at([1]))).toEqual([1, 3, 5, 7])
  expect(tenths(found.at([1.75]))).toEqual([4, 6, 7, 7])
  expect(shapes).toEqual(expect.arrayContaining(['2 4 3 8 8']))
  expect(shapes.every((shape) => Number(shape[0]) <= 2)).toBe(true)
})

test('windows and frames come from one pass, and those that are there are not made again', async () => {
  const source = reddening()
  const encoder = redOf({ frames: 2, stride: 0.25 })
  const clips = [{ source, start: 0.5, end: 1 }]
  const first = await extract(options(source, { encoders: [mean, encoder], clips }))
  expect(first.frames).toBe(3)
  const hash = await contentHash(source)
  const frames = await store.read(frameSpace(mean, 'full', 0.25), hash)
  expect(tenths(frames.at([0.75])).slice(0, 1)).toEqual([3])
  const windows = await store.read(frameSpace(encoder, 'full', 0.25), hash)
  expect(tenths(windows.at([0.75]))).toEqual([2, 3])
  expect((await extract(options(source, { encoders: [mean, encoder], clips }))).complete).toBe(1)
  const wider = await extract(options(source, { encoders: [mean, encoder] }))
  expect(wider.frames).toBe(5)
  expect(tenths((await store.read(frameSpace(encoder, 'full', 0.25), hash)).at([1.5]))).toEqual([5, 6])
})

test('a hand view takes the box of each of its frames, and is zero where none of them has hands', async () => {
  const source = reddening()
  const encoder = redOf({ frames: 2, stride: 0.5 })
  const asked: number[] = []
  const crops: CropProvider = {
    id: 'late|missing=zero',
    zeroWithoutBox: true,
    boxes: async (_, times) => {
      asked.push(...times)
      return times.map((time) => (time > 1 ? [0, 0, 0.5, 0.5] : undefined))
    },
  }
  await extract(
    options(source, { encoders: [encoder], views: ['hand'], crops, clips: [{ source, start: 0.5, end: 1 }] }),
  )
  expect(asked).toEqual([0.25, 0.5, 0.75, 1, 1.25])
  const found = await store.read(frameSpace(encoder, 'hand', 0.25, crops.id), await contentHash(source))
  expect(tenths(found.at([0.5]))).toEqual([0, 0])
  expect(tenths(found.at([1]))).toEqual([3, 5])
})

test('other windows are another space', () => {
  const of = (window: FrameWindow) => spaceId(frameSpace({ ...redOf(window), hash: 'h', name: 'n' }, 'full', 0.25))
  const ids = [of({ frames: 4, stride: 0.5 }), of({ frames: 4, stride: 0.25 }), of({ frames: 8, stride: 0.5 })]
  expect(new Set([...ids, spaceId(frameSpace({ ...mean, hash: 'h', name: 'n' }, 'full', 0.25))]).size).toBe(4)
  expect(frameSpace(redOf({ frames: 4, stride: 0.5 }), 'full', 0.25).unit).toEqual({
    kind: 'window',
    length: 4,
    stride: 0.5,
  })
})
