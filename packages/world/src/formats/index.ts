import { join } from 'node:path'
import type { PlaceName } from '../place/names.js'
import type { FrameDetections } from '../video/detections.js'
import { encode } from '../video/encode.js'
import type { Film } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import type { VideoPlan } from '../video/plan-types.js'
import { ego4dPaths, writeEgo4d, writeEgo4dDetections } from './ego4d.js'
import { clipPath, egteaPaths, writeEgtea, writeEgteaDetections } from './egtea.js'
import { epicPaths, writeEpic, writeEpicDetections } from './epic.js'

/** How a place is written to disk. Paths are relative to the tree's root. */
export interface Format {
  paths(video: VideoPlan): { videos: string[]; detections: string }
  /** Annotation files of all videos. */
  annotations(dir: string, videos: readonly VideoPlan[], request: PlaceRequest): Promise<void>
  writeDetections(dir: string, video: VideoPlan, found: readonly FrameDetections[]): Promise<void>
  writeVideos(dir: string, film: Film): Promise<void>
}

const whole = (paths: (video: VideoPlan) => { video: string }) => (dir: string, film: Film) =>
  encode(film, join(dir, paths(film.plan).video))

const egteaVideos = (video: VideoPlan): string[] =>
  video.trimmed
    ? video.stations.flatMap((station) => station.actions.map((action) => clipPath(video, action)))
    : [egteaPaths(video).session]

export const formats: Record<PlaceName, Format> = {
  kitchen: {
    paths: (video) => ({ videos: [epicPaths(video).video], detections: epicPaths(video).detections }),
    annotations: writeEpic,
    writeDetections: (dir, video, found) => writeEpicDetections(join(dir, epicPaths(video).detections), video, found),
    writeVideos: whole(epicPaths),
  },
  workshop: {
    paths: (video) => ({ videos: [ego4dPaths(video).video], detections: ego4dPaths(video).detections }),
    annotations: writeEgo4d,
    writeDetections: (dir, video, found) => writeEgo4dDetections(join(dir, ego4dPaths(video).detections), video, found),
    writeVideos: whole(ego4dPaths),
  },
  cafe: {
    paths: (video) => ({ videos: egteaVideos(video), detections: egteaPaths(video).detections }),
    annotations: writeEgtea,
    writeDetections: (dir, video, found) => writeEgteaDetections(dir, video, found),
    async writeVideos(dir, film) {
      const { plan } = film
      if (!plan.trimmed) return encode(film, join(dir, egteaPaths(plan).session))
      for (const action of plan.stations.flatMap((station) => station.actions))
        await encode(film, join(dir, clipPath(plan, action)), action.start, action.end)
    },
  },
}
