import type { PlaceName } from '../place/names.js'

/** One action of a video. Times are in frames of the video; `end` is the first frame after it. */
export interface ActionPlan {
  verb: number
  noun: number
  /** The working hand. */
  side: 1 | -1
  start: number
  end: number
  seed: number
}

/** A part of the counter that the wearer looks at for a while: its things, and the one or two actions done there. */
export interface StationPlan {
  seed: number
  from: number
  to: number
  actions: ActionPlan[]
  /** Times, in frames, when hands hover without doing anything. */
  hover: { from: number; to: number; side: 1 | -1 }[]
}

export type Split = 'train' | 'test'

/** A whole video before it is drawn: everything in the files and in the pictures follows from it. */
export interface VideoPlan {
  place: PlaceName
  id: string
  participant: string
  split: Split
  trimmed: boolean
  seed: number
  fps: number
  frames: number
  stations: StationPlan[]
}
