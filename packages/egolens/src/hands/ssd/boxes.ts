import type { Box } from '../types.js'
import type { Graph } from './graph.js'
import type { RawOutput } from './network.js'

/** The centres and sizes of the boxes that the network corrects, as its graph holds them. */
export interface Anchors {
  y: Float32Array
  x: Float32Array
  height: Float32Array
  width: Float32Array
}

export interface ScoredBox {
  box: Box
  score: number
}

const CODES = 4
const CLASSES = 8
const FACE = 5
const CENTRE_SCALE = 10 // the box coder of TensorFlow's object detection: ty, tx divided by 10, th, tw by 5
const SIZE_SCALE = 5

export function readAnchors({ weights }: Graph): Anchors {
  const value = (name: string) => {
    const key = `StatefulPartitionedCall/Postprocessor/Decode/get_center_coordinates_and_sizes/${name}`
    return weights.get(key)!.values as Float32Array
  }
  return { y: value('add'), x: value('add_1'), height: value('sub_1'), width: value('sub') }
}

/**
 * Boxes of one picture of a batch whose best hand class scores at least `threshold`, best first. The classes are the
 * background, four poses of a hand, a face and two more poses; a face is no hand, and a pose is not told further.
 */
export function decodeBoxes(output: RawOutput, anchors: Anchors, picture: number, threshold: number): ScoredBox[] {
  const count = anchors.y.length
  const least = Math.log(threshold / (1 - threshold))
  const found: ScoredBox[] = []
  for (let i = 0; i < count; i++) {
    const at = (picture * count + i) * CLASSES
    let best = Number.NEGATIVE_INFINITY
    for (let c = 1; c < CLASSES; c++) if (c !== FACE && output.logits[at + c]! > best) best = output.logits[at + c]!
    if (best >= least)
      found.push({ box: decodeBox(output.codes, anchors, picture, i), score: 1 / (1 + Math.exp(-best)) })
  }
  return found.sort((a, b) => b.score - a.score)
}

function decodeBox(codes: Float32Array, anchors: Anchors, picture: number, i: number): Box {
  const at = (picture * anchors.y.length + i) * CODES
  const [ha, wa] = [anchors.height[i]!, anchors.width[i]!]
  const y = (codes[at]! / CENTRE_SCALE) * ha + anchors.y[i]!
  const x = (codes[at + 1]! / CENTRE_SCALE) * wa + anchors.x[i]!
  const h = Math.exp(codes[at + 2]! / SIZE_SCALE) * ha
  const w = Math.exp(codes[at + 3]! / SIZE_SCALE) * wa
  return [clip(x - w / 2), clip(y - h / 2), clip(x + w / 2), clip(y + h / 2)]
}

/** Keeps the best of boxes that overlap by more than `overlap` (intersection over union), at most `most`. */
export function suppress(boxes: readonly ScoredBox[], overlap: number, most: number): ScoredBox[] {
  const kept: ScoredBox[] = []
  for (const candidate of [...boxes].sort((a, b) => b.score - a.score)) {
    if (kept.length === most) break
    if (kept.every((k) => iou(k.box, candidate.box) <= overlap)) kept.push(candidate)
  }
  return kept
}

/** Intersection over union; 0 for empty boxes. */
export function iou(a: Box, b: Box): number {
  const both = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])
  return both === 0 ? 0 : both / (area(a) + area(b) - both)
}

function area([left, top, right, bottom]: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top)
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value))
}
