import { detectionFile } from '../datasets/detections.js'
import type { Dataset } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { readDetections } from '../hands/file.js'
import type { Problem, SourceReport } from './types.js'

/** A video with its file of detections, if it has one. */
export interface BoxesOfVideo {
  dataset: Dataset
  video: string
  source: string
}

/** Every video of a dataset once. */
export function videosOf(dataset: Dataset): BoxesOfVideo[] {
  const found = new Map<string, BoxesOfVideo>()
  for (const split of dataset.splits) {
    for (const { source, video } of dataset.clips(split)) {
      if (!found.has(source)) found.set(source, { dataset, video, source })
    }
  }
  return [...found.values()]
}

/** Reads the detections of a video and holds them against it. `absent` where there is no file. */
export async function boxProblems(
  { dataset, video, source }: BoxesOfVideo,
  sources: ReadonlyMap<string, SourceReport>,
): Promise<Problem[] | 'absent'> {
  const file = detectionFile(dataset, video)
  if (file === undefined) return 'absent'
  const where = typeof file === 'string' ? file : file.path
  const error = (code: string, message: string, cure?: string): Problem[] => [
    { severity: 'error', code, where, message, ...(cure ? { cure } : {}) },
  ]
  try {
    const frames = await readDetections(file, { aboutVideo: video })
    if (frames.length === 0)
      return [{ severity: 'note', code: 'boxes/none', where, message: `nothing of ${video} in it` }]
    const outside = frames.find((frame) => [...frame.hands, ...frame.objects].some(({ box }) => !inside(box)))
    if (outside) {
      const message = `a box at ${outside.time.toFixed(2)} s is not left, top, right, bottom from 0 to 1`
      return error('boxes/outside', message, 'boxes are relative to the size of the frame: see boxFrames')
    }
    const last = frames.at(-1)!.time
    const { ok, duration = 0 } = sources.get(source) ?? {}
    if (ok && last > duration + 1) {
      const message = `the last detections are at ${last.toFixed(2)} s, the video ends at ${duration.toFixed(2)} s`
      return error('boxes/beyond-end', message, 'see whether they are of this video, and counted at its rate')
    }
    return []
  } catch (fault) {
    if (fault instanceof EgoLensError) return error(fault.code, fault.message, fault.cure)
    throw fault
  }
}

const SLACK = 0.02

const inside = ([left, top, right, bottom]: readonly [number, number, number, number]): boolean =>
  left >= -SLACK && top >= -SLACK && right <= 1 + SLACK && bottom <= 1 + SLACK && left <= right && top <= bottom
