import type { Tensor } from '@egolens/torch'
import { renderStills } from '@egolens/world'
import { type ImageEncoder, preprocess, type Rgb } from 'egolens'

const SEED = 70_000 // of no tree that is rendered

/** Frames of the small world's kitchen, drawn and not decoded. */
export function* stills(count: number): Generator<Rgb> {
  let given = 0
  const participants = Math.ceil(count / 40)
  for (const still of renderStills({ place: 'kitchen', seed: SEED, participants, actions: 10, frames: 4 })) {
    if (given++ === count) return
    yield still
  }
}

/** The same in batches [B, 3, S, S] as an encoder wants them; the reader disposes them. */
export function* pictures(
  count: number,
  preprocessing: ImageEncoder['preprocessing'],
  batch: number,
): Generator<Tensor> {
  let group: Rgb[] = []
  for (const still of stills(count)) {
    group.push(still)
    if (group.length < batch) continue
    yield preprocess(group, preprocessing)
    group = []
  }
  if (group.length > 0) yield preprocess(group, preprocessing)
}
