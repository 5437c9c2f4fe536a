import { firstAtLeast } from '../features/grid.js'
import type { VideoFeatures } from '../features/types.js'

/** How much a video changes from each of its frames to the next. */
export interface FrameChanges {
  /** [frames], seconds, ascending. */
  times: Float64Array
  /** [frames - 1]: one minus the cosine of the features of frame i and frame i + 1. */
  changes: Float64Array
}

/** The changes between neighbouring frames, found once a video: windows overlap, so each is asked for many times. */
export function frameChanges({ times, values, width }: VideoFeatures): FrameChanges {
  const changes = Float64Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => {
    return 1 - cosine(values, i * width, (i + 1) * width, width)
  })
  return { times, changes }
}

/** How much a window moves, as two numbers: the mean and the largest of the changes that touch it. */
export function motionCue(
  { times, changes }: FrameChanges,
  { start, end }: { start: number; end: number },
): Float32Array {
  let sum = 0
  let count = 0
  let largest = 0
  for (let i = Math.max(0, firstAtLeast(times, start) - 1); i < changes.length && times[i]! <= end; i++) {
    sum += changes[i]!
    count++
    largest = Math.max(largest, changes[i]!)
  }
  return Float32Array.of(count ? sum / count : 0, largest)
}

function cosine(values: Float32Array, a: number, b: number, width: number): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let k = 0; k < width; k++) {
    const [x, y] = [values[a + k]!, values[b + k]!]
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return dot / Math.max(1e-12, Math.sqrt(aa * bb))
}
