/** A piece of time, in seconds. */
export interface Interval {
  start: number
  end: number
}

/** An annotated or predicted action of one component. */
export interface LabelledSegment extends Interval {
  label: number
}

/** Seconds that both cover. */
export function overlap(a: Interval, b: Interval): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))
}

/** Temporal intersection over union, in 0..1. */
export function temporalIoU(a: Interval, b: Interval): number {
  const shared = overlap(a, b)
  const all = a.end - a.start + (b.end - b.start) - shared
  return all > 0 ? shared / all : 0
}

/** Overlapping and touching intervals joined, in order of time. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = []
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else joined.push({ start, end })
  }
  return joined
}
