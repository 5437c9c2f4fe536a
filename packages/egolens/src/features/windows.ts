import type { FrameWindow, ImageEncoder } from '../encoders/types.js'

/**
 * When the frames of a window are shown: `frames` times, `stride` seconds apart, around `centre`. Where a window reaches
 * over an end of the video, the first or the last frame stands for those that are not there.
 *
 * @example windowTimes(1, { frames: 4, stride: 0.5 }) // [0.25, 0.75, 1.25, 1.75]
 */
export function windowTimes(centre: number, { frames, stride }: FrameWindow): number[] {
  const half = ((frames - 1) * stride) / 2
  // Decoding gives the last frame for a time after the end by itself.
  return Array.from({ length: frames }, (_, i) => Math.max(0, centre - half + i * stride))
}

/** All times that must be decoded for features at these times, ascending, each once. */
export function timesToDecode(encoders: readonly Pick<ImageEncoder, 'window'>[], times: readonly number[]): number[] {
  const all = new Set<number>()
  for (const { window } of encoders) {
    for (const time of times) for (const t of window ? windowTimes(time, window) : [time]) all.add(t)
  }
  return [...all].sort((a, b) => a - b)
}
