import { selectTests } from './select.js'
import type { Timeline } from './timeline.js'

/** Frames that one FFmpeg process decodes, and the key frame it starts from. */
export interface Pass {
  /** Positions in the timeline, ascending. */
  wanted: number[]
  /** Position of the key frame to seek to; 0 is the start of the file. */
  key: number
}

// Measured: starting FFmpeg and opening a file costs 0.1 s of processor time, in which H.264 of this many pixels is
// decoded (330 to 540 million a second). Skipping fewer pixels than that by a seek loses time.
const PIXELS_OF_A_START = 40e6
const MAX_TESTS = 1500

/** Splits wanted frames into passes: one where reading on is cheaper, a new one where a seek saves time. */
export function plan(timeline: Timeline, wanted: readonly number[]): Pass[] {
  const { ticks, info } = timeline
  const startCost = PIXELS_OF_A_START / (info.width * info.height)
  const keyBefore = lastKeys(timeline)
  const passes: Pass[] = []
  for (const position of wanted) {
    const key = keyBefore[position]!
    const pass = passes.at(-1)
    const skipped = pass ? key - pass.wanted.at(-1)! : key
    if (pass && skipped < startCost) pass.wanted.push(position)
    else passes.push({ wanted: [position], key: skipped < startCost ? 0 : key })
  }
  return passes.flatMap((pass) => shorten(pass, ticks, keyBefore))
}

function lastKeys({ keys }: Timeline): Int32Array {
  const last = new Int32Array(keys.length)
  for (let i = 1; i < keys.length; i++) last[i] = keys[i] ? i : last[i - 1]!
  return last
}

/** Halves a pass until its select expression fits on a command line. */
function shorten(pass: Pass, ticks: Float64Array, keyBefore: Int32Array): Pass[] {
  if (pass.wanted.length <= MAX_TESTS || selectTests(ticks, pass.wanted) <= MAX_TESTS) return [pass]
  const half = pass.wanted.length >> 1
  const second = pass.wanted.slice(half)
  return [
    ...shorten({ wanted: pass.wanted.slice(0, half), key: pass.key }, ticks, keyBefore),
    ...shorten({ wanted: second, key: keyBefore[second[0]!]! }, ticks, keyBefore),
  ]
}
