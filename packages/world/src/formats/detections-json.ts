import type { FrameDetections } from '../video/detections.js'
import { put } from './files.js'

const short = (value: number) => Number(value.toFixed(4))

/** Writes detections as `{frames: [{time, hands: [{box, score, side}], objects: [{box, score, contact}]}]}`; boxes are shares of the frame. */
export async function writeDetectionsJson(path: string, found: readonly FrameDetections[], from = 0): Promise<void> {
  const frames = found.map(({ time, hands, objects }) => ({
    time: Number((time - from).toFixed(6)),
    hands: hands.map(({ box, score, side }) => ({ box: box.map(short), score: short(score), side })),
    objects: objects.map(({ box, score, contact }) => ({ box: box.map(short), score: short(score), contact })),
  }))
  await put(path, `${JSON.stringify({ frames })}\n`)
}
