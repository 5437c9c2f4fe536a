import { resolve } from 'node:path'
import type { EgoLensError } from '../errors.js'
import { decodeArguments, type Input } from './arguments.js'
import { aviOfImages } from './avi.js'
import { Child } from './child.js'
import { type Pass, plan } from './plan.js'
import { selectExpression } from './select.js'
import type { Timeline } from './timeline.js'
import type { DecodeLimits } from './types.js'

/** A decoded picture and its position in the timeline. */
export interface Picture {
  position: number
  rgb: Uint8Array
}

export interface Size {
  width: number
  height: number
}

const SHOWN = /showinfo.* n: *\d+ pts: *(-?\d+)/

/**
 * Decodes the frames at these positions (ascending, without repeats), scaled to `size`. Every picture is matched with
 * the timestamp that FFmpeg prints for it, so that a frame that a damaged file lacks is an error and never a shift.
 */
export async function* decode(
  timeline: Timeline,
  positions: readonly number[],
  size: Size,
  limits: DecodeLimits,
): AsyncGenerator<Picture> {
  if (positions.length === 0) return
  if (timeline.images) {
    const { images } = timeline
    const ticks = Float64Array.from(positions, (_, i) => i)
    const { width, height } = timeline.info
    const avi = aviOfImages(images.read(positions), { codec: images.codec, width, height, count: positions.length })
    const names = positions.map((position) => images.names[position]!)
    for await (const { at, rgb } of run(timeline, { stdin: 'avi' }, ticks, {}, size, limits, avi, names)) {
      yield { position: positions[at]!, rgb }
    }
    return
  }
  for (const pass of plan(timeline, positions)) yield* decodePass(timeline, pass, size, limits)
}

async function* decodePass(timeline: Timeline, pass: Pass, size: Size, limits: DecodeLimits): AsyncGenerator<Picture> {
  const { ticks, tick, info } = timeline
  const input = { path: resolve(info.source) }
  const wanted = Float64Array.from(pass.wanted, (position) => ticks[position]!)
  const select = pass.wanted.length === ticks.length ? undefined : selectExpression(ticks, pass.wanted)
  let delivered = 0
  const seek = pass.key > 0 ? ticks[pass.key]! * tick : undefined
  try {
    for await (const { at, rgb } of run(timeline, input, wanted, { seek, select }, size, limits)) {
      yield { position: pass.wanted[at]!, rgb }
      delivered++
    }
  } catch (error) {
    // A seek in some containers lands after the key frame: then the pass is read from the start of the file.
    if (seek === undefined || delivered > 0 || (error as EgoLensError).code !== 'video/frame-missing') throw error
    for await (const { at, rgb } of run(timeline, input, wanted, { select }, size, limits)) {
      yield { position: pass.wanted[at]!, rgb }
    }
  }
}

/** One FFmpeg process. Yields the pictures with these timestamps, in order, or throws `video/frame-missing`. */
async function* run(
  timeline: Timeline,
  input: Input,
  wanted: Float64Array,
  where: { seek?: number; select?: string },
  size: Size,
  limits: DecodeLimits,
  bytes?: AsyncIterable<Uint8Array>,
  names?: string[],
): AsyncGenerator<{ at: number; rgb: Uint8Array }> {
  const shown = new Shown()
  const child = new Child(
    'ffmpeg',
    decodeArguments({ input, ...where, ...size, count: wanted.length, threads: limits.threads }),
    {
      source: timeline.info.source,
      stallSeconds: limits.stallSeconds,
      input: bytes,
      onLine: (line) => shown.hear(line),
    },
  )
  let at = 0
  const missing = () => {
    const seconds = (wanted[at]! * timeline.tick - timeline.origin).toFixed(3)
    const message = `${names ? names[at] : `the frame at ${seconds} s`} cannot be decoded`
    return child.error('video/frame-missing', message, 'repair the file, for example by encoding it again')
  }
  try {
    for await (const rgb of blocks(child.output(), size.width * size.height * 3)) {
      if ((await shown.next(child)) !== wanted[at]) throw missing()
      yield { at: at++, rgb }
    }
    if (at === wanted.length) return
    const failure: unknown = await child.end().catch((error) => error)
    throw failure === undefined || (failure as EgoLensError).code === 'video/unreadable' ? missing() : failure
  } finally {
    child.kill()
  }
}

/** The timestamps that `showinfo` prints, in order. */
class Shown {
  readonly #ticks: number[] = []
  #wake: (() => void) | undefined

  hear(line: string): void {
    const match = SHOWN.exec(line)
    if (!match) return
    this.#ticks.push(Number(match[1]))
    this.#wake?.()
  }

  /** The line may come after the picture, as the two go through different pipes. */
  async next(child: Child): Promise<number> {
    while (this.#ticks.length === 0) {
      const heard = new Promise<'heard'>((wake) => {
        this.#wake = () => wake('heard')
      })
      const first = await Promise.race([heard, child.gone.then(() => 'gone' as const)])
      if (first === 'gone' && this.#ticks.length === 0) return Number.NaN
    }
    return this.#ticks.shift()!
  }
}

/** Cuts a stream into blocks of exactly `size` bytes, each with memory of its own. */
async function* blocks(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(size)
  let filled = 0
  for await (const chunk of chunks) {
    for (let used = 0; used < chunk.length; ) {
      const part = Math.min(size - filled, chunk.length - used)
      block.set(chunk.subarray(used, used + part), filled)
      filled += part
      used += part
      if (filled < size) continue
      yield block
      block = new Uint8Array(size)
      filled = 0
    }
  }
}
