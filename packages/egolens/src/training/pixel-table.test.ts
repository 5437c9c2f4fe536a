import { expectNoLeak, fromTypedArray, memory, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import type { Clip } from '../datasets/types.js'
import type { Preprocessing } from '../encoders/types.js'
import type { VideoPixels } from '../features/types.js'
import type { Needs } from '../methods/types.js'
import { type FeatureSource, FrameTable } from './frame-table.js'
import { ClipLoader, encodersOf, streamsOf } from './loader.js'

const preprocessing: Preprocessing = { size: 2, resize: 2, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' }
const needs: Needs = { clip: 'pixels', views: ['full', 'hand'], context: ['full'], text: 'tokens', frames: 2 }
const clip = (id: string, source: string, start: number, end: number): Clip => ({
  id,
  video: source,
  source,
  start,
  end,
})

/** Every byte of the frame k of video `a` is k, of `b` 100 + k; hands are 50 more, and one of their frames is absent. */
function pixels(source: string, view: string): VideoPixels {
  const steps = Array.from({ length: 9 }, (_, k) => k).filter((k) => view === 'full' || k !== 4)
  const base = (source === 'b' ? 100 : 0) + (view === 'hand' ? 50 : 0)
  const bytes = fromTypedArray(Uint8Array.from(steps.flatMap((k) => new Array<number>(12).fill(base + k))), [
    steps.length,
    12,
  ])
  return { times: Float64Array.from(steps, (k) => k / 2), bytes, preprocessing }
}

const source: FeatureSource = {
  key: ({ encoder, view }) => `${encoder} ${view}`,
  read: async (_, video) =>
    video === 'gone'
      ? undefined
      : {
          times: Float64Array.from({ length: 9 }, (_, k) => k / 2),
          values: Float32Array.from({ length: 9 }, (_, k) => k),
          width: 1,
        },
  pixels: async ({ view }, video) => pixels(video, view),
}

const levels = (table: FrameTable, view: 'full' | 'hand', clips: number[], frames: number[][]) =>
  scope(() => {
    const found = table.gather({ encoder: 'pixels', view }, clips, frames)
    expect(found.shape).toEqual([clips.length, frames[0]!.length, 3, 2, 2])
    return found.mul(255).round().amax([2, 3, 4]).tolist() as number[][] satisfies number[][]
  })

describe('pixels in a table of frames', () => {
  it('are gathered by clip and frame, at moments that every stream has', async () => {
    const clips = [clip('x', 'a', 1, 3), clip('y', 'b', 0, 1.5), clip('z', 'a', 2.5, 4)]
    const table = await FrameTable.load(clips, source, streamsOf(needs))
    // The moment 2 s is in no table, since the hand view lacks it.
    expect([0, 1, 2].map((i) => table.length(i))).toEqual([3, 3, 3])
    expect(
      levels(
        table,
        'full',
        [2, 0, 1],
        [
          [0, 2],
          [0, 2],
          [1, 1],
        ],
      ),
    ).toEqual([
      [5, 7],
      [2, 5],
      [101, 101],
    ])
    expect(
      levels(
        table,
        'hand',
        [1, 2],
        [
          [0, 2],
          [2, 0],
        ],
      ),
    ).toEqual([
      [150, 152],
      [57, 55],
    ])
    const context = scope(() => table.gather({ encoder: 'context', view: 'full' }, [0], [[2]]).tolist())
    expect(context).toEqual([[[5]]])
    table.dispose()
  })

  it('come in a batch as the encoder takes them, beside features where a method wants both', async () => {
    const table = await FrameTable.load([clip('x', 'a', 1, 3)], source, streamsOf(needs))
    const loader = new ClipLoader(table, needs, { batch: 1, seed: 1, components: [] })
    const [plan] = [...loader.evaluation()]
    scope(() => {
      const batch = loader.gather(plan!)
      expect([batch.pixels.full!.shape, batch.pixels.hand!.shape]).toEqual([
        [1, 2, 3, 2, 2],
        [1, 2, 3, 2, 2],
      ])
      expect([batch.context.full!.shape, batch.features.full]).toEqual([[1, 2, 1], undefined])
    })
    expect([encodersOf(needs), encodersOf({ ...needs, context: [] })]).toEqual([['pixels', 'context'], ['pixels']])
    expect(encodersOf({ ...needs, clip: 'features' })).toEqual(['image', 'context'])
    table.dispose()
  })

  it('that are missing are named, and what was opened before is closed', async () => {
    await expectNoLeak(async () => {
      const clips = [clip('x', 'a', 1, 3), clip('lost', 'gone', 0, 1)]
      await expect(FrameTable.load(clips, source, streamsOf(needs))).rejects.toThrow(
        '1 of 2 clips have no features: lost',
      )
    })
    await expectNoLeak(async () => {
      const table = await FrameTable.load([clip('x', 'a', 1, 3)], source, streamsOf(needs))
      table.dispose()
    })
    const featuresAlone = { key: source.key, read: source.read }
    const load = FrameTable.load([clip('x', 'a', 1, 3)], featuresAlone, streamsOf(needs))
    await expect(load).rejects.toMatchObject({ code: 'training/no-features' })
  })

  it('leave no tensors of a batch behind', async () => {
    const table = await FrameTable.load([clip('x', 'a', 1, 3)], source, streamsOf(needs))
    const before = memory().tensors
    levels(table, 'full', [0], [[0, 1]])
    expect(memory().tensors).toBe(before)
    table.dispose()
  })
})
