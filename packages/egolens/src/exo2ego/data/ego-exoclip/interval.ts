/** A piece of a video in seconds. */
export interface Interval {
  start: number
  end: number
}

/**
 * The mean gap between neighbouring times of one or more sequences, beta of Exo2Ego's Eq. 1.
 *
 * @param sequences times in seconds, each sequence in order
 * @returns undefined where no sequence has two times
 * @example meanGap([[1, 2, 4]]) // 1.5
 */
export function meanGap(sequences: readonly (readonly number[])[]): number | undefined {
  let sum = 0
  let gaps = 0
  for (const times of sequences) {
    if (times.length < 2) continue
    sum += times.at(-1)! - times[0]!
    gaps += times.length - 1
  }
  return gaps === 0 ? undefined : sum / gaps
}

/**
 * From times to clips, Exo2Ego's Eq. 1: `[max(t - h, t before), min(t + h, t after)]`, where the paper's half-width h is
 * beta / (2 alpha), a ratio read as seconds. Before the first time stands 0, after the last one the video's end.
 * Equal times are one moment, so they share the clip between the different times about them and none has length zero.
 *
 * @param times seconds, in order
 * @param half h in seconds
 * @param duration the video's end in seconds
 * @example clipIntervals([1, 2, 4], 1.5 / (2 * 1.92), 10)[1] // { start: 1.609375, end: 2.390625 }
 */
export function clipIntervals(times: readonly number[], half: number, duration: number): Interval[] {
  const moments = [...new Set(times)]
  const clips = new Map<number, Interval>()
  moments.forEach((time, i) => {
    clips.set(time, {
      start: Math.max(time - half, moments[i - 1] ?? 0),
      end: Math.min(time + half, moments[i + 1] ?? duration),
    })
  })
  return times.map((time) => clips.get(time)!)
}
