import type { Tensor } from '@egolens/torch'
import type { Exo2Ego } from '../model/model.js'
import type { Tape } from '../model/tape.js'
import type { Stage } from './types.js'

/**
 * Stage 3, Student Self-Practice: answers to questions on first-person videos, which the language model sees as x and
 * F(x) (section 4.4). The exo tower and G are not needed any more.
 */
export const practice: Stage = {
  name: 'practice',
  title: 'Student Self-Practice',
  section: '4.4',
  after: 'guidance',
  views: ['ego'],
  trains: ['ego', 'connector', 'mapping', 'lora'],
  parts: ['ego', 'connector', 'mapping', 'lora'],
  training: { epochs: 1, globalBatch: 64, lr: 2e-5, warmup: 0.03 },
  forward: (model, tape, { frames, prompts }) => model.read(tape, prompts, frames.ego && seen(model, tape, frames.ego)),
}

/** What the trained model sees of first-person frames [B, T, 3, S, S]: x, and F(x) beside it where there is a mapping. */
export function seen(model: Exo2Ego, tape: Tape, frames: Tensor): Tensor {
  const x = model.features(tape, 'ego', frames)
  const own = model.visual(tape, x)
  if (model.concat === 'none' || !model.mapping) return own
  const { mapping } = model
  const from = mapping.options.where === 'post_connector' ? own : x
  return model.guided(tape, own, tape.cut(mapping.forward(from)))
}
