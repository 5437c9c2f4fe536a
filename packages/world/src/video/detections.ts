import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import type { Film, FrameTruth } from './film.js'

/** A box relative to the frame: left, top, right, bottom in 0..1. */
export type Box = [number, number, number, number]

/** What a hand-object detector would report for a frame. */
export interface FrameDetections {
  frame: number
  time: number
  hands: { box: Box; score: number; side: 'left' | 'right'; contact: boolean }[]
  objects: { box: Box; score: number; contact: boolean }[]
}

/** How far reports stray from the truth. */
export const detectorNoise = { misses: 0.05, jitter: 0.05, falseObjects: 0.04 } as const

function jittered(box: Box, random: Random): Box {
  const w = box[2] - box[0]
  const h = box[3] - box[1]
  const off = () => random.normal() * detectorNoise.jitter
  const clip = (value: number) => Math.max(0, Math.min(1, value))
  return [clip(box[0] + off() * w), clip(box[1] + off() * h), clip(box[2] + off() * w), clip(box[3] + off() * h)]
}

/** Noisy detections of a frame: 5 % of boxes are missed, edges stray by 5 % of the size, a few things are reported that nobody touches. */
export function detect(truth: FrameTruth, random: Random): FrameDetections {
  const result: FrameDetections = { frame: truth.frame, time: truth.time, hands: [], objects: [] }
  for (const { side, box, contact } of truth.hands) {
    const visible = (box[2] - box[0]) * (box[3] - box[1])
    if (random.chance(detectorNoise.misses) || visible < 0.006) continue
    const score = Math.min(
      0.999,
      0.995 - Math.abs(random.normal()) * 0.03 - (visible < 0.02 ? 0.25 * random.next() : 0),
    )
    result.hands.push({ side, box: jittered(box, random), score, contact: random.chance(0.03) ? !contact : contact })
  }
  for (const { box, contact } of truth.objects) {
    if (contact ? random.chance(detectorNoise.misses) : !random.chance(detectorNoise.falseObjects)) continue
    const score = contact ? Math.min(0.999, 0.97 - Math.abs(random.normal()) * 0.12) : random.range(0.02, 0.3)
    result.objects.push({ box: jittered(box, random), score: Math.max(0.011, score), contact })
  }
  return result
}

/** Detections of a whole video, one entry a frame. */
export function detectAll(film: Film): FrameDetections[] {
  const random = new Random(worldSeed(film.plan.place, 'detector', film.plan.seed))
  return Array.from({ length: film.plan.frames }, (_, frame) => detect(film.truth(frame), random))
}
