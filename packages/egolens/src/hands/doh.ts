import { type Content, entriesOf, entryOf, notDetections, rowsOf } from './content.js'
import { type EpicFrame, touched } from './epic.js'
import type { DetectionFileOptions, DetectionFormat } from './formats.js'
import type { Box, FrameDetections } from './types.js'
import { sizeOf, timeOf } from './x-mic.js'

/**
 * Raw output of 100DOH's detector, kept as its matching script asks: image path -> `hand_dets` and `obj_dets`, matrices
 * whose rows are left, top, right, bottom (pixels), score, contact state, offset (length and direction), side; null
 * where nothing was found. The frame number is the last number in the image's name.
 *
 * Source: ddshan/hand_object_detector, README ("Params to save detected results") and lib/model/utils/matching.py.
 */
export const dohOutput: DetectionFormat = {
  title: 'raw 100DOH output',
  manyVideos: true,
  fits: (content) => isDohFrame(entriesOf(content)?.[0]?.[1]),
  read(content, where, options) {
    const { width, height, video } = sizeOf(options.segments, 'boxes of raw 100DOH output', where)
    const images = entriesOf(content)!.map(([path, found]) => ({ path: String(path), found }))
    const own = images.filter(({ path }) => video !== undefined && folders(path).includes(video))
    return (own.length > 0 ? own : images).map(({ path, found }) => {
      const number = /(?<!\d)(\d{1,12})(?:\.\w+)?$/.exec(path)?.[1]
      if (number === undefined) throw notDetections(`"${path}" has no frame number`, where)
      const time = timeOf(options.segments, video ?? folders(path).at(-1) ?? '', where)(Number(number))
      return { time, ...dohFrame(found, `${where}: ${path}`, { width, height }, options) }
    })
  },
}

const folders = (path: string): string[] => path.split(/[\\/]/).slice(0, -1)

/** Whether content is what the detector says of one image. */
export function isDohFrame(content: Content): boolean {
  return entriesOf(content)?.some(([key]) => key === 'hand_dets' || key === 'obj_dets') ?? false
}

/** 100DOH draws a hand's offset 10,000 times as long as its network gives it. */
const OFFSET_SCALE = 10_000

/** What the detector says of one image, relative to its size; `touched` says which objects are in contact. */
export function dohFrame(
  content: Content,
  where: string,
  { width, height }: { width: number; height: number },
  { handThreshold = 0.8 }: DetectionFileOptions,
): Omit<FrameDetections, 'time'> {
  const rows = (key: string, least: number): number[][] => {
    const found = rowsOf(entryOf(content, key))
    if (found?.every((row) => row.length >= least && row.every(Number.isFinite))) return found
    throw notDetections(`${key} is not a matrix of at least ${least} columns of finite numbers`, where)
  }
  const boxOf = (row: number[]): Box => [row[0]! / width, row[1]! / height, row[2]! / width, row[3]! / height]
  const hands = rows('hand_dets', 10).map((row): EpicFrame['hands'][number] => ({
    box: boxOf(row),
    score: row[4]!,
    state: Math.round(row[5]!),
    offset: [(row[6]! * OFFSET_SCALE * row[7]!) / width, (row[6]! * OFFSET_SCALE * row[8]!) / height],
    side: row.at(-1)! >= 0.5 ? 'right' : 'left',
  }))
  const objects = rows('obj_dets', 5).map((row) => ({ box: boxOf(row), score: row[4]! }))
  const contact = touched({ video: '', frame: 1, hands, objects }, handThreshold)
  return {
    hands: hands.map(({ box, score, side, state }) => ({ box, score, side, state })),
    objects: objects.map((object, i) => ({ ...object, contact: contact.has(i) })),
  }
}
