import type { Interval } from '../evaluation/segments.js'

/** Lengths of candidate windows in seconds; the ratio of neighbours is at most 1.5. */
export const defaultScales: readonly number[] = [0.5, 0.75, 1, 1.5, 2, 3, 4, 6]

/** Seconds between the possible starts and ends of segments. */
export const gridStep = 0.25

/** Length of the windows by which changes over time are seen. */
export const fineScale = 1

/** A candidate for a segment: a window of one of the scales. */
export interface Candidate extends Interval {
  scale: number
}

/**
 * Windows of every scale over a video, a quarter of their length apart but on the grid; the last of each scale ends
 * with the video. A video shorter than a scale has no window of it; at least one window is there.
 */
export function candidateWindows(duration: number, scales: readonly number[] = defaultScales): Candidate[] {
  const windows = scales.flatMap((scale) => {
    const stride = Math.max(gridStep, Math.floor(scale / 4 / gridStep) * gridStep)
    return sliding(duration, scale, stride).map((window) => ({ ...window, scale }))
  })
  return windows.length > 0 ? windows : [{ start: 0, end: duration, scale: duration }]
}

/** Windows of one length, `stride` apart, the last one ending with the video. */
export function sliding(duration: number, length: number, stride: number): Interval[] {
  const windows: Interval[] = []
  if (length > duration + 1e-9) return windows
  const count = Math.floor((duration - length) / stride + 1e-9) + 1
  for (let i = 0; i < count; i++) windows.push({ start: i * stride, end: i * stride + length })
  if (duration - windows.at(-1)!.end > stride / 2) windows.push({ start: duration - length, end: duration })
  return windows
}

/** Windows end to end over the whole video, the last one shorter if need be. */
export function tiles(duration: number, length: number): Interval[] {
  const count = Math.max(1, Math.ceil(duration / length - 1e-9))
  return Array.from({ length: count }, (_, i) => ({ start: i * length, end: Math.min(duration, (i + 1) * length) }))
}

/** The scales that fit actions of these lengths, with one step of slack at both ends. */
export function scalesFor(durations: readonly number[]): number[] {
  if (durations.length === 0) return [...defaultScales]
  const sorted = [...durations].sort((a, b) => a - b)
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))]!
  const [low, high] = [at(0.02) / 1.5, at(0.98) * 1.5]
  const fitting = defaultScales.filter((scale) => scale === fineScale || (scale >= low && scale <= high))
  return fitting.length > 1 ? fitting : [...defaultScales]
}
