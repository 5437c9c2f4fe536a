import { EgoLensError } from '../errors.js'
import { type Content, entriesOf, notDetections, numbersOf } from './content.js'
import { epicRate } from './epic.js'
import type { DetectionFormat, SegmentBoxOptions } from './formats.js'
import type { Box, FrameDetections } from './types.js'

/**
 * X-MIC's boxes, as JSON or a pickle: segment id -> frame number -> (left, top, right, bottom) in pixels, the union of
 * what counts. All zeros, or a pixel or less wide or high, mean the full frame: such frames have no hands here.
 *
 * Source: X-MIC's README ("Hand-crops") and released code.
 */
export const xmicBoxes: DetectionFormat = {
  title: "X-MIC's boxes",
  manyVideos: true,
  fits(content) {
    const first = entriesOf(content)?.find(([, frames]) => entriesOf(frames)?.length)
    return first !== undefined && numbersOf(entriesOf(first[1])![0]![1])?.length === 4
  },
  read: (content, where, { segments }) => readSegmentBoxes(content, where, segments),
}

function readSegmentBoxes(content: Content, where: string, options: SegmentBoxOptions | undefined): FrameDetections[] {
  const { width, height } = sizeOf(options, "X-MIC's boxes", where)
  const found = new Map<number, Box | undefined>()
  for (const [segment, frames] of entriesOf(content)!) {
    const video = videoOfSegment(String(segment))
    if (options?.video !== undefined && video !== options.video && String(segment) !== options.video) continue
    const time = timeOf(options, options?.video ?? video, where)
    for (const [frame, value] of entriesOf(frames) ?? []) {
      const box = numbersOf(value)
      if (!/^\d{1,9}$/.test(String(frame)) || box?.length !== 4 || !box.every(Number.isFinite)) {
        throw notDetections(`${segment}.${frame} is not a frame number with four numbers`, where)
      }
      const [left, top, right, bottom] = box as [number, number, number, number]
      const full = right - left <= 1 || bottom - top <= 1
      found.set(time(Number(frame)), full ? undefined : [left / width, top / height, right / width, bottom / height])
    }
  }
  return [...found].map(([time, box]) => ({ time, hands: box ? [{ box, score: 1 }] : [], objects: [] }))
}

/** `P01_101_3` is of `P01_101`; Ego4D's `train_<clip_uid>_12` is of `<clip_uid>`. */
export function videoOfSegment(segment: string): string {
  return segment.replace(/^(train|val|test)_/, '').replace(/_\d+$/, '')
}

/** @throws EgoLensError `hands/no-size` */
export function sizeOf(options: SegmentBoxOptions | undefined, what: string, where: string) {
  if (options && options.width > 0 && options.height > 0) return options
  throw new EgoLensError('hands/no-size', `these are ${what} in pixels, and nothing says of how large a frame`, {
    where,
    cure: 'give the size of the frames that they were made on: boxFrames: {width: 456, height: 256} beside detections',
  })
}

/** Seconds of a frame number. @throws EgoLensError `hands/no-rate` where neither the options nor EPIC's rule says it */
export function timeOf(
  { rate, zeroNumber = 0 }: Partial<SegmentBoxOptions> = {},
  video: string,
  where: string,
): (frame: number) => number {
  const found = rate ?? (/^P\d+_\d+$/.test(video) ? epicRate(video) : undefined)
  if (found !== undefined) return (frame) => (frame - zeroNumber) / found
  throw new EgoLensError('hands/no-rate', `frames of "${video}" are counted, and nothing says how many are a second`, {
    where,
    cure: 'give their rate: boxFrames: {width: ..., height: ..., rate: 30} beside detections',
  })
}
