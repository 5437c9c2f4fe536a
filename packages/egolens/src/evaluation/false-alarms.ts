import { type Interval, overlap, union } from './segments.js'

export interface FalseAlarms {
  /** Segments that lie mostly in idle time, for each minute of it. Undefined without idle time. */
  perMinute: number | undefined
  count: number
  idleSeconds: number
  /** Share of idle time that predictions cover. */
  covered: number
}

/**
 * What was found where nothing happens. Idle time is what no true segment covers; a predicted segment is a false
 * alarm when more than half of it is idle.
 */
export function falseAlarms(
  videos: readonly { duration: number; truth: readonly Interval[]; found: readonly Interval[] }[],
): FalseAlarms {
  let count = 0
  let idleSeconds = 0
  let covered = 0
  for (const { duration, truth, found } of videos) {
    const busy = union(truth.map(({ start, end }) => ({ start: Math.max(0, start), end: Math.min(duration, end) })))
    const busyIn = (interval: Interval) => busy.reduce((sum, b) => sum + overlap(interval, b), 0)
    idleSeconds += duration - busyIn({ start: 0, end: duration })
    count += found.filter((f) => 2 * busyIn(f) < f.end - f.start).length
    for (const f of union(found)) {
      const inside = { start: Math.max(0, f.start), end: Math.min(duration, f.end) }
      covered += Math.max(0, inside.end - inside.start) - busyIn(inside)
    }
  }
  const idle = idleSeconds > 1e-9
  return {
    perMinute: idle ? (count * 60) / idleSeconds : undefined,
    count,
    idleSeconds,
    covered: idle ? covered / idleSeconds : 0,
  }
}
