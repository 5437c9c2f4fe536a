import type { VideoFeatures } from '../features/types.js'

/**
 * How much a window moves, as two numbers: the mean and the largest change from frame to frame, each change being one
 * minus the cosine of the two frames' features.
 */
export function motionCue(
  { times, values, width }: VideoFeatures,
  { start, end }: { start: number; end: number },
): Float32Array {
  let sum = 0
  let count = 0
  let largest = 0
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < start || times[i - 1]! > end) continue
    const change = 1 - cosine(values, (i - 1) * width, i * width, width)
    sum += change
    count++
    largest = Math.max(largest, change)
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
