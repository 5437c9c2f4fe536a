import { formats } from '../formats/index.js'
import type { Counts, PlaceRequest } from '../video/plan.js'
import { planPlace } from '../video/plan.js'
import { checkRequest } from './check.js'
import type { Manifest } from './manifest.js'
import { claim, manifestOf } from './manifest.js'
import type { RunOptions } from './run.js'
import { drawMissing } from './run.js'

export interface RenderPlaceOptions extends RunOptions {
  place: PlaceRequest['place']
  clips?: Counts
  untrimmed?: Counts
  seed?: number
}

/**
 * Writes a place to disk in the format of the dataset it stands for: annotations first, then every video with its
 * detections. Videos that are complete are left as they are, so an interrupted call is simply repeated.
 *
 * @throws {WorldError} `bad-options`, `other-tree`, `no-ffmpeg`, `encode-failed`, `worker-failed`
 * @example
 * await renderPlace({ place: 'kitchen', dir: 'world/kitchen', clips: { train: 300, test: 100 }, seed: 1 })
 */
export async function renderPlace(options: RenderPlaceOptions): Promise<Manifest> {
  const { dir } = options
  const request = requestOf(options)
  const videos = planPlace(request)
  const manifest = manifestOf(request, videos)
  await claim(dir, manifest)
  await formats[request.place].annotations(dir, videos, request)
  await drawMissing(request, options)
  return manifest
}

function requestOf({
  place,
  clips = { train: 300, test: 100 },
  untrimmed = { train: 0, test: 0 },
  seed = 1,
}: RenderPlaceOptions): PlaceRequest {
  checkRequest(place, {
    'clips.train': { value: clips.train },
    'clips.test': { value: clips.test },
    'untrimmed.train': { value: untrimmed.train },
    'untrimmed.test': { value: untrimmed.test },
    seed: { value: seed },
  })
  return {
    place,
    seed,
    clips: { train: clips.train, test: clips.test },
    untrimmed: { train: untrimmed.train, test: untrimmed.test },
  }
}
