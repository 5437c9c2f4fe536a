import { WorldError } from '../errors.js'
import { formats } from '../formats/index.js'
import { placeNames } from '../place/names.js'
import type { Counts, PlaceRequest } from '../video/plan.js'
import { planPlace } from '../video/plan.js'
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
  if (!placeNames.includes(place))
    throw new WorldError('bad-options', `There is no place "${place}"; there are ${placeNames.join(', ')}.`)
  const numbers = {
    'clips.train': clips.train,
    'clips.test': clips.test,
    'untrimmed.train': untrimmed.train,
    'untrimmed.test': untrimmed.test,
    seed,
  }
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isInteger(value) || value < 0)
      throw new WorldError('bad-options', `${name} must be a whole number of at least 0, not ${value}.`)
  return {
    place,
    seed,
    clips: { train: clips.train, test: clips.test },
    untrimmed: { train: untrimmed.train, test: untrimmed.test },
  }
}
