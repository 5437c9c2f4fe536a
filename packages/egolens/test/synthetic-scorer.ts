import type { LabelSet } from '../src/datasets/types.js'
import { type Interval, overlap } from '../src/evaluation/segments.js'
import type { AnnotatedVideo, TrueAction, WindowScores } from '../src/recognition/types.js'

/** Uniform numbers from a seed. */
export function uniform(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

export const classes = { verb: 12, noun: 20 }

export const syntheticLabels = {
  verb: labels('verb', classes.verb),
  noun: labels('noun', classes.noun),
}

function labels(component: 'verb' | 'noun', count: number): LabelSet {
  const names = Array.from({ length: count }, (_, k) => `${component} ${k}`)
  return { dataset: 'synthetic', component, names, keys: names }
}

const step = 0.25

/**
 * A made-up video of actions of 0.5-6 s with idle time between, and a scorer as good as its noise lets it be: the noun
 * shows at every moment of its action, the verb only when most of the action is in the window and little else, objects
 * lying about attract the nouns, and idle time looks like something.
 */
export function syntheticVideo(seed: number, options: { duration?: number; noise?: number } = {}): AnnotatedVideo {
  const { duration = 80, noise = 1 } = options
  const random = uniform(seed * 7919 + 1)
  const segments: TrueAction[] = []
  for (let time = random() * 3; ; ) {
    const length = 0.5 + 5.5 * random() ** 2
    if (time + length > duration) break
    const verb = Math.floor(random() * classes.verb)
    segments.push({ start: time, end: time + length, verb, noun: Math.floor(random() * classes.noun) })
    time += length + (random() < 0.3 ? -0.2 : 4 * random())
  }
  const steps = Math.ceil(duration / step)
  const noisy = (count: number) =>
    Array.from({ length: steps }, () => Array.from({ length: count }, () => noise * normal(random)))
  const moments = { verb: noisy(classes.verb), noun: noisy(classes.noun) }
  const about = Array.from({ length: Math.ceil(duration / 8) }, () => Math.floor(random() * classes.noun))
  for (const [i, row] of moments.noun.entries()) {
    row[about[Math.floor((i * step) / 8)]!]! += 0.8
    const middle = { start: i * step, end: (i + 1) * step }
    for (const segment of segments) row[segment.noun!]! += (1.6 * overlap(segment, middle)) / step
  }
  const scorer = (windows: readonly Interval[]): WindowScores => ({
    verb: windows.map((window) => {
      const row = meanOver(moments.verb, window)
      for (const segment of segments) {
        const shared = overlap(segment, window)
        const fit = (shared / (segment.end - segment.start)) * (shared / (window.end - window.start))
        row[segment.verb!]! += 2.2 * fit
      }
      return Float32Array.from(row, (value) => 3 * value)
    }),
    noun: windows.map((window) => Float32Array.from(meanOver(moments.noun, window), (value) => 3 * value)),
  })
  return { id: `video ${seed}`, duration, segments, scorer }
}

function meanOver(rows: number[][], { start, end }: Interval): number[] {
  const from = Math.min(rows.length - 1, Math.floor(start / step + 1e-6))
  const to = Math.max(from + 1, Math.min(rows.length, Math.ceil(end / step - 1e-6)))
  const sum = new Array<number>(rows[0]!.length).fill(0)
  for (let i = from; i < to; i++) for (const [k, value] of rows[i]!.entries()) sum[k]! += value
  return sum.map((value) => value / (to - from))
}
