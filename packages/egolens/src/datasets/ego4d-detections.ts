import { join } from 'node:path'
import { readClipEnds } from '../hands/helping-hands.js'
import { firstExisting } from './dataset.js'
import { type BoxFrames, type DetectionPlaces, detectionPlaces } from './detections.js'

/** Which video a clip is cut from, and where it starts there (s). */
export interface Ego4dClip {
  video: string
  start: number
}

export interface Ego4dDetectionOptions {
  /** The option `detections`. */
  place: string
  boxFrames?: BoxFrames
  /** EgoClip's table. */
  egoclip?: string
  /** Clips by uid; none where whole videos are used. */
  clips: ReadonlyMap<string, Ego4dClip>
  /** Names of all videos that are asked for. */
  videos: Iterable<string>
}

/**
 * Hand boxes of Ego4D: a file a video or clip, one file for all, or the folders that are released with
 * helping_hand_for_egocentric_videos, which are named after videos and count time from their start.
 */
export async function ego4dDetections(options: Ego4dDetectionOptions): Promise<DetectionPlaces> {
  const { place, boxFrames, egoclip, clips } = options
  const usual = detectionPlaces(
    place,
    (folder, video) => [join(folder, `${video}.json`), join(folder, `${video}.pkl`)],
    boxFrames,
  )
  const parent = (video: string): Ego4dClip => clips.get(video) ?? { video, start: 0 }
  const released = (video: string) => firstExisting([join(place, parent(video).video)])
  const uids = new Set([...options.videos].map((video) => parent(video).video))
  const ends = egoclip === undefined ? undefined : await readClipEnds(egoclip, uids)
  return {
    detections: (video) => usual.detections(video) ?? released(video),
    detectionOptions(video) {
      if (usual.detections(video) !== undefined || released(video) === undefined) return usual.detectionOptions(video)
      const { video: uid, start } = parent(video)
      return {
        ...usual.detectionOptions(video),
        ...(ends ? { clipEnds: ends.get(uid) ?? new Map() } : {}),
        ...(start ? { shift: -start } : {}),
      }
    },
  }
}
