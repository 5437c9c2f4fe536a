import { scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import type { Clip } from '../datasets/types.js'
import type { VideoFeatures } from '../features/types.js'
import { type FeatureSource, FrameTable, frameRange } from './frame-table.js'
import { ClipLoader, labelled } from './loader.js'

const clip = (id: string, source: string, start: number, end: number, noun?: number): Clip => ({
  id,
  video: source,
  source,
  start,
  end,
  ...(noun === undefined ? {} : { noun }),
})

/** Frames every half second; the feature of a frame is [its time, 100 for the hand view]. */
function video(times: number[], hand: boolean): VideoFeatures {
  return {
    times: Float64Array.from(times),
    values: Float32Array.from(times.flatMap((t) => [t, hand ? 100 : 0])),
    width: 2,
  }
}

const grid = (from: number, to: number) => Array.from({ length: (to - from) * 2 + 1 }, (_, i) => from + i / 2)

const source: FeatureSource & { reads: number } = {
  reads: 0,
  key: ({ view }) => view,
  async read({ view }, name) {
    this.reads++
    if (name === 'gone') return undefined
    return video(name === 'short' && view === 'hand' ? grid(0, 2) : grid(0, 5), view === 'hand')
  },
}

const streams = [
  { encoder: 'image', view: 'full' },
  { encoder: 'context', view: 'full' },
  { encoder: 'context', view: 'hand' },
] as const

describe('the frames of a clip', () => {
  const times = Float64Array.from(grid(0, 5))
  it('are those from its start to before its end', () => {
    expect(frameRange(times, 1, 2)).toEqual([2, 4])
    expect(frameRange(times, 0.9, 2.1)).toEqual([2, 5])
  })

  it('are the nearest one where it is too short to have any', () => {
    expect(frameRange(times, 1.1, 1.3)).toEqual([2, 3])
    expect(frameRange(times, 1.3, 1.45)).toEqual([3, 4])
    expect(frameRange(times, 4.9, 9)).toEqual([10, 11])
  })
})

describe('a table of frames', () => {
  it('holds what clips need, once, and gathers it by clip and frame', async () => {
    source.reads = 0
    const table = await FrameTable.load([clip('a', 'v', 1, 2.5), clip('b', 'v', 2, 4)], source, [...streams])
    expect(source.reads).toBe(2)
    expect([table.length(0), table.length(1)]).toEqual([3, 4])
    scope(() => {
      const seen = table.gather(
        { encoder: 'image', view: 'full' },
        [1, 0],
        [
          [0, 3],
          [2, 0],
        ],
      ) // prettier-ignore
      expect(seen.shape).toEqual([2, 2, 2])
      expect(seen.select(2, 0).tolist()).toEqual([
        [2, 3.5],
        [2, 1],
      ]) // prettier-ignore
      const hand = table.gather({ encoder: 'context', view: 'hand' }, [1], [[3]])
      expect(hand.tolist()).toEqual([[[3.5, 100]]])
    })
    table.dispose()
  })

  it('takes only moments that every view has', async () => {
    const table = await FrameTable.load([clip('a', 'short', 1, 4)], source, [...streams])
    expect(table.length(0)).toBe(3)
    table.dispose()
  })

  it('names clips that have no features', async () => {
    const clips = [clip('a', 'v', 0, 1), clip('b', 'gone', 0, 1), clip('c', 'short', 4, 5)]
    await expect(FrameTable.load(clips, source, [...streams])).rejects.toThrow('2 of 3 clips have no features: b, c')
  })

  it('tells what there is of such a video with other settings, once for each', async () => {
    const others = { ...source, others: async () => ['every 0.5, not 0.25'] }
    await expect(FrameTable.load([clip('b', 'gone', 0, 1)], others, [...streams])).rejects.toThrow(
      /^1 of 1 clips have no features: b; its video has features with every 0.5, not 0.25$/,
    )
  })
})

describe('the loader', () => {
  const clips = Array.from({ length: 10 }, (_, i) => clip(`c${i}`, `v${i}`, 0, 1 + (i % 4), i % 3))
  const needs = { clip: 'features', views: ['full'], context: ['hand', 'full'], text: 'embeddings', frames: 4 } as const
  const load = async (options: { seed?: number; contextLag?: boolean; stepStart?: boolean } = {}) => {
    const table = await FrameTable.load(clips, source, [...streams])
    const wanted = { ...needs, views: [...needs.views], context: [...needs.context] }
    return new ClipLoader(table, wanted, { batch: 4, seed: 1, components: ['noun'], ...options })
  }

  it('shows every clip once an epoch, in another order each time, the same for the same seed', async () => {
    const loader = await load()
    const order = (epoch: number) => [...loader.training(epoch)].flatMap((plan) => plan.clips)
    expect([...order(0)].sort((a, b) => a - b)).toEqual(clips.map((_, i) => i))
    expect(order(0)).not.toEqual(order(1))
    expect([...loader.training(0)]).toEqual([...(await load()).training(0)])
    expect([...loader.training(0)]).not.toEqual([...(await load({ seed: 2 })).training(0)])
  })

  it('goes on within an epoch as if it had not stopped', async () => {
    const loader = await load()
    expect([...loader.training(3, 1)]).toEqual([...loader.training(3)].slice(1))
  })

  it('gives both paths the same moments, and labels as whole numbers', async () => {
    const loader = await load()
    const plan = [...loader.training(0)][0]!
    scope(() => {
      const batch = loader.gather(plan)
      expect(batch.ids).toEqual(plan.clips.map((index) => `c${index}`))
      expect(batch.context.full).toBe(batch.features.full)
      expect(batch.context.hand!.select(2, 0).tolist()).toEqual(batch.features.full!.select(2, 0).tolist())
      expect(batch.labels.noun!.dtype).toBe('int64')
      expect(batch.labels.noun!.tolist()).toEqual(plan.clips.map((index) => index % 3))
    })
  })

  it('evaluates every clip in order, and can let the adapter path lag', async () => {
    const plans = [...(await load()).evaluation()]
    expect(plans.flatMap((plan) => plan.clips)).toEqual(clips.map((_, i) => i))
    expect(plans[0]!.contextFrames).toBeUndefined()
    const lagging = await load({ contextLag: true })
    const plan = [...lagging.evaluation()][0]!
    expect(plan.frames[3]).toEqual([0, 2, 4, 6])
    expect(plan.contextFrames![3]).toEqual([1, 3, 5, 7])
    scope(() => {
      const batch = lagging.gather(plan)
      expect((batch.features.full!.select(2, 0).tolist() as number[][])[3]).toEqual([0, 1, 2, 3])
      expect((batch.context.full!.select(2, 0).tolist() as number[][])[3]).toEqual([0.5, 1.5, 2.5, 3.5])
    })
  })

  it('can evaluate with the frames at the start of each step', async () => {
    const [plan] = [...(await load({ stepStart: true })).evaluation()]
    expect(plan!.frames[3]).toEqual([0, 1, 3, 5])
    expect(plan!.contextFrames).toBeUndefined()
  })

  it('leaves out clips that lack a label', () => {
    expect(labelled([clip('a', 'v', 0, 1, 2), clip('b', 'v', 0, 1)], ['noun']).map((c) => c.id)).toEqual(['a'])
  })
})
