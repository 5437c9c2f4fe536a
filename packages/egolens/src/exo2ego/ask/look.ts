import type { Tensor } from '@egolens/torch'
import type { Exo2Ego, View } from '../model/model.js'
import { Tape } from '../model/tape.js'
import { seen } from '../stages/index.js'

/**
 * What the language model sees of a video's frames [B, T, 3, S, S]: by the wearer's tower x, and F(x) beside it where there
 * is a mapping; by the other tower, as it is after the first stage, its tokens alone.
 */
export function look(model: Exo2Ego, view: View, frames: Tensor): Tensor {
  const tape = new Tape({ checkpointing: false })
  if (view === 'ego') return seen(model, tape, frames)
  return model.visual(tape, model.features(tape, 'exo', frames))
}
