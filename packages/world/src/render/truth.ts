import { vocabulary } from '../place/vocabulary.js'
import type { FrameTruth } from '../video/film.js'
import { Film } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import { planPlace } from '../video/plan.js'
import type { ActionPlan, Split, VideoPlan } from '../video/plan-types.js'

/** An action of a tree with its exact boxes at some of its frames. */
export interface ActionTruth {
  video: VideoPlan
  action: ActionPlan
  split: Split
  /** Seconds in the video. */
  start: number
  end: number
  frames: FrameTruth[]
}

export interface TruthOptions {
  split?: Split
  trimmed?: boolean
  /** Frames of each action that are looked at, evenly spaced. */
  samples?: number
}

/**
 * The exact boxes behind a tree, found again from its manifest without drawing anything.
 *
 * @example for (const action of truth(await readManifest(dir), { split: 'test' })) console.log(action.frames[0]?.hands)
 */
export function* truth(request: PlaceRequest, options: TruthOptions = {}): Generator<ActionTruth> {
  const { split, trimmed = true, samples = 5 } = options
  for (const video of planPlace(request)) {
    if (video.trimmed !== trimmed || (split && video.split !== split)) continue
    const film = new Film(video, request.seed)
    for (const action of video.stations.flatMap((station) => station.actions)) {
      const frames = Array.from({ length: samples }, (_, i) =>
        film.truth(Math.floor(action.start + ((i + 0.5) * (action.end - action.start)) / samples)),
      )
      yield { video, action, split: video.split, start: action.start / video.fps, end: action.end / video.fps, frames }
    }
  }
}

const area = ([left, top, right, bottom]: readonly number[]) => (right! - left!) * (bottom! - top!)

/** Share of actions whose noun is the kind that has the largest box in most of the sampled frames: the largest-object rule. */
export function largestObjectRule(
  request: PlaceRequest,
  options: TruthOptions = {},
): { clips: number; hits: number; share: number } {
  const { nouns } = vocabulary(request.place)
  let clips = 0
  let hits = 0
  for (const { action, frames } of truth(request, options)) {
    const votes = new Map<string, number>()
    for (const { objects } of frames) {
      const largest = objects.reduce<(typeof objects)[number] | undefined>(
        (best, object) => (!best || area(object.box) > area(best.box) ? object : best),
        undefined,
      )
      if (largest) votes.set(largest.art, (votes.get(largest.art) ?? 0) + 1)
    }
    const [winner] = [...votes].sort((a, b) => b[1] - a[1])
    clips++
    if (winner?.[0] === nouns[action.noun]!.art) hits++
  }
  return { clips, hits, share: clips ? hits / clips : 0 }
}
