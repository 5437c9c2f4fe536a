/** `eval` takes the middle of each of n equal parts, `train` a random place in each. */
export interface SamplingOptions {
  mode: 'eval' | 'train'
  /** Uniform in [0, 1); needed for `train`. */
  random?: () => number
}

/**
 * The frame numbers of a clip that X-MIC reads: n positions `p_i`, evenly spaced from `start` to `end - 1` without
 * the end; `eval` takes `int(p_i + step / 2)`, `train` adds a whole number below `int(step)` to `int(p_i)`.
 *
 * @example
 * sampleFrames(0, 160, 16, { mode: 'eval' }) // 4, 14, 24, ... 154
 */
export function sampleFrames(start: number, end: number, n: number, options: SamplingOptions): number[] {
  const step = (end - 1 - start) / n
  const random = options.random ?? Math.random
  return Array.from({ length: n }, (_, i) => {
    const position = start + step * i
    if (options.mode === 'eval') return Math.trunc(position + step / 2)
    return Math.trunc(position) + Math.floor(random() * Math.trunc(step))
  })
}

/**
 * The times of n frames of a clip from `start` to `end` seconds. With a `rate` they are the frames of `sampleFrames`
 * at that rate, as the published code counts them; without one they are independent of any frame rate.
 */
export function frameTimes(
  start: number,
  end: number,
  n: number,
  options: SamplingOptions & { rate?: number },
): number[] {
  const { rate, mode } = options
  if (rate !== undefined) {
    const first = Math.floor(start * rate)
    const stop = Math.max(first + 1, Math.floor(end * rate))
    return sampleFrames(first, stop, n, options).map((frame) => frame / rate)
  }
  const random = options.random ?? Math.random
  const step = (end - start) / n
  return Array.from({ length: n }, (_, i) => start + step * (i + (mode === 'eval' ? 0.5 : random())))
}
