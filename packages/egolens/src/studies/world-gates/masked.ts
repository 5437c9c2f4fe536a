import type { Clip } from '../../datasets/types.js'
import type { ImageEncoder } from '../../encoders/types.js'
import { BatchEncoder } from '../../features/batch.js'
import { gridSteps } from '../../features/grid.js'
import { frameSpace } from '../../features/space.js'
import type { VideoFeatures } from '../../features/types.js'
import { groupBySource } from '../../features/work.js'
import type { Box, HandProvider } from '../../hands/index.js'
import type { Progress } from '../../progress.js'
import type { FeatureSource } from '../../training/frame-table.js'
import { type Frame, frames } from '../../video/index.js'

/** Around a detected hand this much of its size is painted over too, since fingers reach out of boxes. */
const MARGIN = 0.15

/**
 * Full-view features of clips whose hands are painted over in grey, in memory. There is no hand view: who cannot see
 * hands cannot cut them out.
 */
export async function maskedFeatures(
  clips: readonly Clip[],
  encoder: ImageEncoder,
  hands: HandProvider,
  every: number,
  progress: Progress,
): Promise<FeatureSource> {
  const works = groupBySource(clips)
  const found = new Map<string, VideoFeatures>()
  for (const { source, ranges } of works) {
    const times = gridSteps(ranges, every).map((step) => step * every)
    const boxes = new Map((await hands.detections(source, times)).map(({ hands }, i) => [times[i]!, hands]))
    const batches = new BatchEncoder(
      [{ encoder, view: 'full', space: frameSpace(encoder, 'full', every) }],
      times.length,
      (_, work) => work(),
    )
    let group: Frame[] = []
    const flush = () => {
      if (group.length > 0) batches.add(group, [])
      group = []
    }
    for await (const frame of frames(source, { times })) {
      for (const { box } of boxes.get(frame.at) ?? []) paintOver(frame, box)
      group.push(frame)
      if (group.length === 48) flush()
    }
    flush()
    found.set(source, batches.results()[0]!.features)
    progress({ task: 'features with hands masked', done: found.size, total: works.length, unit: 'videos' })
  }
  return { key: () => `masked every ${every}`, read: async (_, source) => found.get(source) }
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

/** Paints a hand's box over in grey, in place. */
export function paintOver(
  { rgb, width, height }: Pick<Frame, 'rgb' | 'width' | 'height'>,
  [left, top, right, bottom]: Box,
): void {
  const [dx, dy] = [(right - left) * MARGIN, (bottom - top) * MARGIN]
  const [from, to] = [pixel(left - dx, width), pixel(right + dx, width)]
  for (let y = pixel(top - dy, height); y < pixel(bottom + dy, height); y++) {
    rgb.fill(128, (y * width + from) * 3, (y * width + to) * 3)
  }
}

const pixel = (share: number, size: number) => Math.min(size, Math.max(0, Math.round(share * size)))
