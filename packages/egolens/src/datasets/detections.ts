import { statSync } from 'node:fs'
import { z } from 'zod'
import type { DetectionFile, DetectionFileOptions } from '../hands/formats.js'
import { firstExisting } from './dataset.js'
import type { Dataset } from './types.js'

/** What files that count frames and pixels do not say: X-MIC's boxes, raw 100DOH output. */
export const boxFrames = z.strictObject({
  /** Size of the frames that the boxes were made on, in pixels. */
  width: z.int().min(1),
  height: z.int().min(1),
  /** Frames a second; EPIC-KITCHENS' rule by default. */
  rate: z.number().positive().optional(),
  /** The frame number at time 0. */
  zeroNumber: z.int().min(0).optional(),
})

export type BoxFrames = z.infer<typeof boxFrames>

/** The file of detections of a video with what it does not say itself; the path alone where it says everything. */
export function detectionFile(dataset: Dataset, video: string): DetectionFile | string | undefined {
  const path = dataset.detections(video)
  const options = dataset.detectionOptions?.(video)
  return path === undefined || options === undefined ? path : { path, ...options }
}

/** Where the hand boxes of a video are, and what its file needs beside it. */
export interface DetectionPlaces {
  detections(video: string): string | undefined
  detectionOptions(video: string): DetectionFileOptions | undefined
}

/**
 * The usual places: a file for each video in a folder, or one file for all videos.
 *
 * @param place the dataset's option `detections`, a folder or a file
 * @param candidates files of a video in the folder, the likeliest first
 * @param nameOf how a shared file names the video, if otherwise
 */
export function detectionPlaces(
  place: string,
  candidates: (folder: string, video: string) => string[],
  frames?: BoxFrames,
  nameOf: (video: string) => string = (video) => video,
): DetectionPlaces {
  const shared = statSync(place, { throwIfNoEntry: false })?.isFile() === true
  return {
    detections: (video) => (shared ? place : firstExisting(candidates(place, video))),
    detectionOptions(video) {
      const segments = frames && { ...frames, video: nameOf(video) }
      return segments || shared ? { ...(segments ? { segments } : {}), ...(shared ? { shared } : {}) } : undefined
    },
  }
}
