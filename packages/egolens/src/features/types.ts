import type { Preprocessing, Tap } from '../encoders/types.js'

/** What part of the frame is encoded: all of it, or the crop around hands and what they touch. */
export type View = 'full' | 'hand'

/**
 * Everything that decides the value of a feature except the frame itself. Two features may be mixed only if
 * their spaces are equal. The rest of the key is the content hash of the source and the timestamp.
 */
export interface FeatureSpace {
  encoder: string
  weights: string
  tap: Tap
  view: View
  /** For `hand`: the id of the detections' provider and of the crop rule. */
  crop?: string
  preprocessing: Preprocessing
  compute: 'float32' | 'bfloat16'
  /** A window has `length` frames, `stride` seconds apart. */
  unit: { kind: 'frame' } | { kind: 'window'; length: number; stride: number }
  /** The time grid: frames, or the middles of windows, at k * every seconds. */
  every: number
}

/** Features of one video in one space, by time. */
export interface VideoFeatures {
  /** Seconds, increasing, multiples of the grid. */
  times: Float64Array
  /** Row-major [times.length, width]. */
  values: Float32Array
  width: number
}
