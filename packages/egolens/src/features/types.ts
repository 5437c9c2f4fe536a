import type { Tensor } from '@egolens/torch'
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

/** What an encoder gives: numbers, or bytes where its features are the frames themselves (the tap `pixels`). */
export type FeatureValues = Float32Array | Uint8Array

/** Features of one video in one space, by time. */
export interface VideoFeatures<Values extends FeatureValues = Float32Array> {
  /** Seconds, increasing, multiples of the grid. */
  times: Float64Array
  /** Row-major [times.length, width]. */
  values: Values
  width: number
}

/** The prepared frames of one video, in a file that is mapped and not read: what is not looked at takes no memory. */
export interface VideoPixels {
  /** Seconds, increasing, multiples of the grid. */
  times: Float64Array
  /** uint8 [times.length, 3 S S], planes R, G, B. Whoever asked for it disposes of it. */
  bytes: Tensor
  /** How the bytes become an encoder's input: `normalisePixels`. */
  preprocessing: Preprocessing
}
