import { EgoLensError } from '../errors.js'
import { decodeArguments, type Input } from './arguments.js'
import { aviOfImages } from './avi.js'
import { Child } from './child.js'
import { decoderLimits } from './limits.js'
import { changed, namedFault } from './place.js'
import { type Pass, plan } from './plan.js'
import { selectExpression } from './select.js'
import { Shown } from './shown.js'
import { damagedFrames, tellsOfDamage } from './survey.js'
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

/**
 * Decodes the frames at these positions (ascending, without repeats), scaled to `size`. Every picture is matched with
 * the timestamp that FFmpeg prints for it, so that a frame that a damaged file lacks is an error and never a shift.
 * Throws `video/changed` where the file became another one in the meantime.
 */
export async function* decode(
  timeline: Timeline,
  positions: readonly number[],
  size: Size,
  limits: DecodeLimits,
): AsyncGenerator<Picture> {
  try {
    if (timeline.images) yield* decodeImages(timeline, positions, size, limits)
    else for (const pass of plan(timeline, positions)) yield* decodePass(timeline, pass, size, limits)
  } catch (error) {
    throw (await changedMeanwhile(timeline)) ?? namedFault(timeline.info.source, error)
  }
  const fault = await changedMeanwhile(timeline)
  if (fault) throw fault
}

async function changedMeanwhile({ place, info }: Timeline): Promise<EgoLensError | undefined> {
  if (info.kind === 'folder' || !(await changed(place))) return undefined
  return new EgoLensError('video/changed', 'the file was changed while it was read', {
    where: info.source,
    cure: 'read it again when it is written to its end',
  })
}

async function* decodeImages(
  timeline: Timeline,
  positions: readonly number[],
  size: Size,
  limits: DecodeLimits,
): AsyncGenerator<Picture> {
  if (positions.length === 0) return
  const { info } = timeline
  const images = timeline.images!
  const { width, height } = info
  const count = positions.length
  const child = new Child(
    'ffmpeg',
    decodeArguments({ input: { stdin: 'avi' }, ...size, count, ...threadsOf(limits) }),
    {
      ...childLimits(timeline, size, limits, { count, longestGap: 1 }),
      input: aviOfImages(images.read(positions), { codec: images.codec, width, height, count }),
      onLine: (line) => shown.hear(line),
    },
  )
  const shown = new Shown()
  const numbered = Array.from(positions, (_, i) => i)
  const name = (at: number) => images.names[positions[at]!]!
  for await (const { at, rgb } of pictures(child, shown, numbered, size, name)) yield { position: positions[at]!, rgb }
}

async function* decodePass(timeline: Timeline, pass: Pass, size: Size, limits: DecodeLimits): AsyncGenerator<Picture> {
  let delivered = 0
  try {
    for await (const picture of runPass(timeline, pass, size, limits)) {
      yield picture
      delivered++
    }
  } catch (error) {
    // A seek in some containers lands after the key frame: then the pass is read from the start of the file.
    if (pass.key === 0 || delivered > 0 || (error as EgoLensError).code !== 'video/frame-missing') throw error
    yield* runPass(timeline, { ...pass, key: 0 }, size, limits)
  }
}

/** One FFmpeg process. Yields the pictures with these timestamps, in order, or throws `video/frame-missing`. */
async function* runPass(timeline: Timeline, pass: Pass, size: Size, limits: DecodeLimits): AsyncGenerator<Picture> {
  const { ticks, tick, origin, info, place } = timeline
  const { wanted, key } = pass
  const input: Input = { path: place.path }
  const select = wanted.length === ticks.length ? undefined : selectExpression(ticks, wanted)
  const where = { input, select, seek: key > 0 ? ticks[key]! * tick : undefined }
  const shown = new Shown()
  let damage = false
  const child = new Child(
    'ffmpeg',
    decodeArguments({ ...where, ...size, hdr: info.hdr, count: wanted.length, ...threadsOf(limits) }),
    {
      ...childLimits(timeline, size, limits, { count: wanted.at(-1)! - key + 1, longestGap: longestGap(pass) }),
      maxOutput: wanted.length * size.width * size.height * 3,
      onLine: (line) => {
        shown.hear(line)
        damage ||= tellsOfDamage(line)
      },
    },
  )
  const expected = wanted.map((position) => ticks[position]!)
  const secondsOf = (position: number) => (ticks[position]! * tick - origin).toFixed(3)
  const name = (at: number) => `the frame at ${secondsOf(wanted[at]!)} s`
  let untrusted: Map<number, number> | undefined
  for await (const { at, rgb } of pictures(child, shown, expected, size, name)) {
    if (damage) untrusted ??= await damagedFrames(timeline, input, pass, limits)
    const damaged = untrusted?.get(wanted[at]!)
    if (damaged !== undefined) throw missing(child, name(at), damaged === wanted[at] ? undefined : secondsOf(damaged))
    yield { position: wanted[at]!, rgb }
  }
}

/** The pictures of a child, each held against the tick that is expected of it; `at` counts them. */
async function* pictures(
  child: Child,
  shown: Shown,
  expected: readonly number[],
  size: Size,
  name: (at: number) => string,
): AsyncGenerator<{ at: number; rgb: Uint8Array }> {
  let at = 0
  try {
    for await (const rgb of child.blocks(size.width * size.height * 3)) {
      if ((await shown.next(child)) !== expected[at]) throw missing(child, name(at))
      yield { at: at++, rgb }
    }
    if (at === expected.length) return
    const failure: unknown = await child.end().catch((error) => error)
    throw failure === undefined || (failure as EgoLensError).code === 'video/unreadable'
      ? missing(child, name(at))
      : failure
  } finally {
    child.kill()
  }
}

function missing(child: Child, name: string, damaged?: string): EgoLensError {
  const cure = 'repair the file, for example by encoding it again'
  const why = damaged === undefined ? '' : ` for certain: it may be predicted from the damaged one at ${damaged} s`
  return child.error('video/frame-missing', `${name} cannot be decoded${why}`, cure)
}

function threadsOf({ threads }: DecodeLimits): { threads?: number } {
  return threads === undefined ? {} : { threads }
}

function childLimits(
  { info }: Timeline,
  { width, height }: Size,
  limits: DecodeLimits,
  work: { count: number; longestGap: number },
) {
  return { ...decoderLimits(info, limits, work), maxOutput: work.count * width * height * 3 }
}

/** Most frames that the decoder passes over without a word. */
function longestGap({ key, wanted }: Pass): number {
  return wanted.reduce((longest, position, i) => Math.max(longest, position - (i === 0 ? key : wanted[i - 1]!)), 1)
}
