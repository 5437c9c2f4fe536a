import { createCanvas } from '@napi-rs/canvas'
import { egoCamera, exoCameras } from '../place/camera.js'
import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import type { FrameDetections } from '../video/detections.js'
import { detect } from '../video/detections.js'
import { Film, FRAME } from '../video/film.js'
import { planPlace } from '../video/plan.js'
import type { ActionPlan } from '../video/plan-types.js'

/** A frame of an action with what a detector reports of it. */
export interface Still {
  /** Height x width x 3 bytes. */
  rgb: Uint8Array
  width: number
  height: number
  verb: number
  noun: number
  detections: FrameDetections
}

export interface StillsOptions {
  place: PlaceName
  /** Each participant is of a world of its own; the first has this seed, the next ones those after it. */
  seed: number
  participants: number
  /** Actions of each participant. */
  actions: number
  /** Frames of each action. */
  frames: number
  /** The wearer's eyes, or for each frame any of the cameras that stand about; `ego`, unless said otherwise. */
  view?: 'ego' | 'exo'
}

/**
 * Frames of actions by as many participants as are asked for, each with things of their own, without any video file:
 * pictures to learn from when a tree has too few instances of each kind. At seeds that no tree uses, nothing in them
 * occurs in a tree.
 *
 * @example for (const { rgb, noun } of renderStills({ place: 'cafe', seed: 9000, participants: 50, actions: 20, frames: 4 })) learn(rgb, noun)
 */
export function* renderStills(options: StillsOptions): Generator<Still> {
  const { place, seed, participants, actions, frames, view = 'ego' } = options
  const { width, height } = FRAME
  const cameras = view === 'exo' ? exoCameras(width, height) : [egoCamera(width, height)]
  const canvas = createCanvas(FRAME.width, FRAME.height)
  const ctx = canvas.getContext('2d')
  for (let i = 0; i < participants; i++) {
    const request = { place, seed: seed + i, clips: { train: actions, test: 0 }, untrimmed: { train: 0, test: 0 } }
    const random = new Random(worldSeed(place, 'stills', seed + i))
    for (const plan of planPlace(request)) {
      const films = cameras.map((camera) => new Film(plan, request.seed, camera))
      for (const action of plan.stations.flatMap((station) => station.actions)) {
        for (const frame of framesOf(action, frames, random)) {
          const film = films.length > 1 ? random.pick(films) : films[0]!
          film.draw(ctx, frame)
          const detections = detect(film.truth(frame), random)
          const { verb, noun } = action
          yield { rgb: withoutAlpha(canvas.data()), ...FRAME, verb, noun, detections }
        }
      }
    }
  }
}

/** One frame of each of `count` equal parts of an action, in order of time. */
function framesOf({ start, end }: ActionPlan, count: number, random: Random): number[] {
  return Array.from({ length: count }, (_, k) => {
    const share = (k + random.next()) / count
    return Math.min(end - 1, Math.floor(start + share * (end - start)))
  })
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!
    rgb[to++] = rgba[from + 1]!
    rgb[to++] = rgba[from + 2]!
  }
  return rgb
}
