import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formats } from '../formats/index.js'
import { detectAll } from '../video/detections.js'
import { Film } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import { planPlace } from '../video/plan.js'
import type { VideoPlan } from '../video/plan-types.js'

/** Whether a video and its detections are there; both are put in place whole, the video last. */
export function isComplete(dir: string, video: VideoPlan): boolean {
  const paths = formats[video.place].paths(video)
  return existsSync(join(dir, paths.detections)) && paths.videos.every((path) => existsSync(join(dir, path)))
}

/** Draws one video of a place and writes it with its detections. */
export async function renderVideo(dir: string, video: VideoPlan, seed: number): Promise<void> {
  const format = formats[video.place]
  const film = new Film(video, seed)
  await format.writeDetections(dir, video, detectAll(film))
  await format.writeVideos(dir, film)
}

/** What a worker process is told: the whole request, from which it makes the same plan. */
export interface WorkerOrder {
  dir: string
  request: PlaceRequest
}

export const planById = (request: PlaceRequest): Map<string, VideoPlan> =>
  new Map(planPlace(request).map((video) => [video.id, video]))
