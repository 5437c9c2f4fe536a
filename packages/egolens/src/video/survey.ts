import { type Input, surveyArguments } from './arguments.js'
import { Child } from './child.js'
import { decoderLimits } from './limits.js'
import type { Pass } from './plan.js'
import { shownTick } from './shown.js'
import type { Timeline } from './timeline.js'
import type { DecodeLimits } from './types.js'

/** Frames that may be shown before one that was decoded before them: H.264 and H.265 keep at most 16. */
const REORDER = 16

/**
 * Whether FFmpeg's words tell of a picture that it made up in part. Decoders conceal what is damaged, and frames that
 * are predicted from such a picture come without a word.
 */
export function tellsOfDamage(line: string): boolean {
  return /concealing \d|corrupt (decoded frame|input packet)|error while decoding|error submitting|invalid data found/i.test(
    line,
  )
}

/**
 * The frames of a pass that cannot be trusted: those that do not decode without error, and all to the next key frame,
 * as they may be predicted from them. Decodes the pass once more, without its pictures.
 *
 * @returns for the position of each such frame, that of the damaged one
 */
export async function damagedFrames(
  timeline: Timeline,
  input: Input,
  { key, wanted }: Pass,
  limits: DecodeLimits,
): Promise<Map<number, number>> {
  const { ticks, tick, info } = timeline
  const last = Math.min(ticks.length - 1, wanted.at(-1)! + REORDER)
  const count = last - key + 1
  const whole = new Set<number>()
  const seek = key > 0 ? ticks[key]! * tick : undefined
  const child = new Child('ffmpeg', surveyArguments({ input, seek, threads: limits.threads, count }), {
    ...decoderLimits(info, limits, { count, longestGap: 1 }),
    maxOutput: 0,
    onLine: (line) => {
      const at = shownTick(line)
      if (at !== undefined) whole.add(at)
    },
  })
  for await (const _ of child.output());
  await child.end().catch(() => undefined) // its words are those that the pass itself has said
  return untrusted(timeline, key, last, whole)
}

function untrusted({ ticks, keys }: Timeline, first: number, last: number, whole: Set<number>): Map<number, number> {
  const damaged = new Map<number, number>()
  const spoil = (from: number, to: number, by: number) => {
    for (let at = from; at < to; at++) if (!damaged.has(at)) damaged.set(at, by)
  }
  let key = first
  for (let at = first; at <= last; at++) {
    if (keys[at]) key = at
    if (whole.has(ticks[at]!)) continue
    let next = at + 1
    while (next <= last && !keys[next]) next++
    spoil(Math.max(key + 1, at - REORDER), next, at)
    damaged.set(at, at)
  }
  return damaged
}
