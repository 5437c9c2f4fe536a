import type { Random } from './random.js'

/**
 * Which of a clip's `length` frames are seen: `count` positions spread evenly, each at the middle of its step. A
 * clip that is shorter than `count` repeats frames.
 *
 * @example evenFrames(160, 16) // [4, 14, 24, 34, 44, 54, 64, 74, 84, 94, 104, 114, 124, 134, 144, 154]
 */
export function evenFrames(length: number, count: number): number[] {
  const step = (length - 1) / count
  return positions(length, count, step / 2)
}

/**
 * The same for training: each frame is drawn from the whole steps that begin at its position, independently.
 * Clips whose step is under two frames have nothing to draw from.
 */
export function randomFrames(length: number, count: number, draw: Random): number[] {
  const step = Math.floor((length - 1) / count)
  return positions(length, count, 0).map((first) => first + (step > 1 ? draw.integer(step) : 0))
}

/**
 * The adapter path's frames in the public X-MIC code when it evaluates on Ego4D: half a step later than the
 * classified frames. Here the two paths see the same frames unless a recipe asks for this.
 */
export function laggingFrames(length: number, count: number): number[] {
  const step = (length - 1) / count
  return positions(length, count, step)
}

/**
 * The frames of the public X-MIC code when it tests on EGTEA Gaze+: at the start of each step, not shifted to its
 * middle as on the other datasets. Here all datasets are read alike unless a recipe asks for this.
 */
export function firstFrames(length: number, count: number): number[] {
  return positions(length, count, 0)
}

function positions(length: number, count: number, shift: number): number[] {
  const step = (length - 1) / count
  return Array.from({ length: count }, (_, i) => Math.min(length - 1, Math.floor(i * step + shift)))
}
