import { EgoLensError } from '../errors.js'
import { decode, type Size } from './decode.js'
import { openTimeline, type Timeline } from './timeline.js'
import type { Frame, FrameOptions } from './types.js'

/**
 * Decodes a source by time: for each wanted time the frame shown then, which is the last one whose presentation time
 * is not after it (half a clock tick is forgiven). A time before the first frame gives the first, one after the end
 * the last. Many times of one source cost one pass where they lie near, and seeks where the gaps are long; memory
 * stays at a few frames, as the decoder waits for a slow reader; leaving the loop ends the decoder.
 *
 * Throws `EgoLensError` with a code `video/...` that names the source and carries FFmpeg's words.
 *
 * @example
 * for await (const frame of frames('P01_01.mp4', { every: 0.25, ranges: [[3, 11]], shortSide: 256 })) {
 *   console.log(frame.time, frame.width, frame.height)
 * }
 */
export async function* frames(source: string, options: FrameOptions = {}): AsyncGenerator<Frame> {
  const timeline = await openTimeline(source, options)
  const { tick, origin, ticks, info } = timeline
  const wanted = wantedTimes(timeline, options)
  const size = outputSize(info, options.shortSide)
  const positions = wanted.map((w) => w.position).filter((p, i, all) => i === 0 || p !== all[i - 1])
  let next = 0
  for await (const { position, rgb } of decode(timeline, positions, size, options)) {
    const time = ticks[position]! * tick - origin
    while (next < wanted.length && wanted[next]!.position === position) {
      yield { time, at: wanted[next++]!.at, index: position, ...size, rgb }
    }
  }
}

/** The frame shown at each time, as positions in presentation order, sorted by time. */
function wantedTimes(timeline: Timeline, options: FrameOptions): { at: number; position: number }[] {
  const { ticks, tick, origin, info } = timeline
  const { every, ranges } = options
  const inRange = (t: number) => !ranges || ranges.some(([start, end]) => t >= start && t < end)
  if (!options.times && every === undefined) {
    return Array.from(ticks, (t, position) => ({ at: t * tick - origin, position })).filter(({ at }) => inRange(at))
  }
  if (every !== undefined && !(every > 0)) throw wrong('every', every, info.source)
  const times = options.times ? [...options.times] : grid(every!, ranges ?? [[0, info.duration]])
  const bad = times.find((t) => !Number.isFinite(t))
  if (bad !== undefined) throw wrong('times', bad, info.source)
  times.sort((a, b) => a - b)
  return times
    .filter((t) => !options.times || inRange(t))
    .map((at) => ({ at, position: shownAt(ticks, (at + origin) / tick + 0.5) }))
}

/** The times `k * every` inside the ranges, each once. */
function grid(every: number, ranges: readonly (readonly [number, number])[]): number[] {
  const steps = new Set<number>()
  for (const [start, end] of ranges) {
    const first = Math.max(0, Math.ceil(start / every - 1e-9))
    for (let k = first; k * every < end - 1e-9; k++) steps.add(k)
  }
  return [...steps].map((k) => k * every)
}

/** The last position whose tick is at most `limit`, or 0. */
function shownAt(ticks: Float64Array, limit: number): number {
  let [low, high] = [0, ticks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ticks[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

function outputSize({ width, height }: Size, shortSide?: number): Size {
  const short = Math.min(width, height)
  if (shortSide === undefined || shortSide >= short) return { width, height }
  const scale = (side: number) => Math.max(1, Math.round((side * shortSide) / short))
  return { width: scale(width), height: scale(height) }
}

function wrong(name: string, value: number, where: string): EgoLensError {
  return new EgoLensError('video/bad-time', `${name} holds ${value}, which is no time in seconds`, { where })
}
