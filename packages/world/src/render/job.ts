import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formats } from '../formats/index.js'
import { egoCamera, exoCameras } from '../place/camera.js'
import { egoVideo, exoCameraIds, exoFile, takeFolder } from '../takes/paths.js'
import type { TakesRequest } from '../takes/plan.js'
import { planTakes } from '../takes/plan.js'
import { detectAll } from '../video/detections.js'
import { encode } from '../video/encode.js'
import { Film, FRAME } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import { planPlace } from '../video/plan.js'

export type Request = PlaceRequest | TakesRequest

/** A video that is drawn by itself, whole or not at all. */
export interface Job {
  id: string
  frames: number
  /** Whether all of its files are there. */
  isComplete(dir: string): boolean
  render(dir: string): Promise<void>
}

/** What a worker process is told: the whole request, from which it makes the same jobs. */
export interface WorkerOrder {
  dir: string
  request: Request
}

/** Every video of a tree. */
export const jobsOf = (request: Request): Job[] => ('takes' in request ? takesJobs(request) : placeJobs(request))

/** A place's videos, each with its detections; both are put in place whole, the video last. */
function placeJobs(request: PlaceRequest): Job[] {
  const format = formats[request.place]
  return planPlace(request).map((video) => ({
    id: video.id,
    frames: video.frames,
    isComplete(dir) {
      const paths = format.paths(video)
      return existsSync(join(dir, paths.detections)) && paths.videos.every((path) => existsSync(join(dir, path)))
    },
    async render(dir) {
      const film = new Film(video, request.seed)
      await format.writeDetections(dir, video, detectAll(film))
      await format.writeVideos(dir, film)
    },
  }))
}

/** A take's videos, one a camera. */
function takesJobs(request: TakesRequest): Job[] {
  const { width, height } = FRAME
  return planTakes(request).flatMap((take) => {
    const job = (file: string, camera = egoCamera(width, height)): Job => ({
      id: file,
      frames: take.video.frames,
      isComplete: (dir) => existsSync(join(dir, file)),
      render: (dir) => encode(new Film(take.video, request.seed, camera), join(dir, file)),
    })
    const exo = exoCameras(width, height).map((camera, i) =>
      job(join(takeFolder(take), exoFile(exoCameraIds[i]!)), camera),
    )
    return [job(egoVideo(take)), ...exo]
  })
}
