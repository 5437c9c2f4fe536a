import type { Range } from './grid.js'

/** What extraction needs of a clip; every dataset's `Clip` is one. */
export interface Span {
  source: string
  start: number
  end: number
  /** Images a second, where the source is a folder or a tar of images. */
  frameRate?: number
  /** The image number at time 0 there. */
  zeroNumber?: number
}

/** One source with all that is wanted of it. */
export interface Work {
  source: string
  ranges: Range[]
  frameRate?: number
  zeroNumber?: number
}

/** Groups spans by source, in order of the sources' names, and joins ranges that touch. */
export function groupBySource(spans: readonly Span[]): Work[] {
  const bySource = new Map<string, Work>()
  for (const { source, start, end, frameRate, zeroNumber } of spans) {
    const work = bySource.get(source) ?? {
      source,
      ranges: [],
      ...(frameRate === undefined ? {} : { frameRate }),
      ...(zeroNumber === undefined ? {} : { zeroNumber }),
    }
    work.ranges.push([start, end])
    bySource.set(source, work)
  }
  return [...bySource.values()]
    .map((work) => ({ ...work, ranges: joinRanges(work.ranges) }))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
}

export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: [number, number][] = []
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else joined.push([start, end])
  }
  return joined
}
