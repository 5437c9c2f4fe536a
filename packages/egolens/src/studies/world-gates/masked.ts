import type { Clip } from '../../datasets/types.js'
import { BatchEncoder, batches } from '../../features/batch.js'
import type { Clock } from '../../features/clock.js'
import { gridSteps } from '../../features/grid.js'
import { frameSpace } from '../../features/space.js'
import type { VideoFeatures, View } from '../../features/types.js'
import { groupBySource, type Work } from '../../features/work.js'
import { type Box, cropBox, fileProvider, type HandProvider, xmicRule } from '../../hands/index.js'
import type { FeatureSource } from '../../training/frame-table.js'
import { type Frame, frames } from '../../video/index.js'
import { detectionsOf, type Site } from './site.js'

/** Around a detected hand this much of its size is painted over too, since fingers reach out of boxes. */
const MARGIN = 0.15

const views: readonly View[] = ['full', 'hand']

const untimed: Clock = (_, work) => work()

/**
 * Features, in memory, of clips whose hands are painted over in grey before anything else sees them. The hand view is
 * cut where another video has its hands: crops of the same sizes and places, which know nothing of these hands.
 *
 * @param every seconds between frames
 */
export async function maskedFeatures(
  { dataset, resources, progress }: Site,
  clips: readonly Clip[],
  every: number,
): Promise<FeatureSource> {
  const encoder = resources.backbone.context
  const works = groupBySource(clips)
  const provider = fileProvider(detectionsOf(dataset))
  const found = new Map<View, Map<string, VideoFeatures>>(views.map((view) => [view, new Map()]))
  let other = await cropsOf(provider, works.at(-1)!, every)
  for (const [i, work] of works.entries()) {
    const times = gridSteps(work.ranges, every).map((step) => step * every)
    const detections = await provider.detections(work.source, times)
    const lanes = views.map((view) => ({ encoder, view, space: frameSpace(encoder, view, every, 'elsewhere') }))
    const encoded = new BatchEncoder(lanes, times, untimed)
    for await (const group of batches(frames(work.source, { times }), 48, untimed)) {
      const at = group.map((frame) => times.indexOf(frame.at))
      group.forEach((frame, k) => {
        for (const { box, score } of detections[at[k]!]!.hands) {
          if (score >= xmicRule.handThreshold) paintOver(frame, box)
        }
      })
      // A frame without hands is seen whole in both cases.
      const boxes = at.map((k) => (cropBox(detections[k]!) ? other[k % other.length] : undefined))
      encoded.add(group, boxes)
    }
    for (const { space, features } of encoded.results())
      found.get(space.view)!.set(work.source, features as VideoFeatures)
    other = await cropsOf(provider, work, every)
    progress({ task: 'features with hands masked', done: i + 1, total: works.length, unit: 'videos' })
  }
  return {
    key: ({ view }) => `masked ${view} every ${every}`,
    read: async ({ view }, source) => found.get(view)!.get(source),
  }
}

/** The hand crops of a video, in order of time. */
async function cropsOf(provider: HandProvider, { source, ranges }: Work, every: number): Promise<Box[]> {
  const times = gridSteps(ranges, every).map((step) => step * every)
  const boxes = (await provider.detections(source, times)).map((found) => cropBox(found))
  return boxes.filter((box) => box !== undefined)
}

/** Features of a coarser grid: only the frames at multiples of `every` seconds. */
export function thinned(source: FeatureSource, every: number): FeatureSource {
  const read: FeatureSource['read'] = async (stream, video) => {
    const found = await source.read(stream, video)
    if (!found) return undefined
    const { times, values, width } = found
    const kept = [...times.keys()].filter((i) => Math.abs(times[i]! / every - Math.round(times[i]! / every)) < 1e-6)
    return {
      times: Float64Array.from(kept, (i) => times[i]!),
      values: Float32Array.from(kept.flatMap((i) => [...values.subarray(i * width, (i + 1) * width)])),
      width,
    }
  }
  return { key: (stream) => `${source.key(stream)} every ${every}`, read }
}

function paintOver({ rgb, width, height }: Frame, [left, top, right, bottom]: Box): void {
  const [dx, dy] = [(right - left) * MARGIN, (bottom - top) * MARGIN]
  const [from, to] = [pixel(left - dx, width), pixel(right + dx, width)]
  for (let y = pixel(top - dy, height); y < pixel(bottom + dy, height); y++) {
    rgb.fill(128, (y * width + from) * 3, (y * width + to) * 3)
  }
}

const pixel = (share: number, size: number) => Math.min(size, Math.max(0, Math.round(share * size)))
