import type { View } from '../model/model.js'
import type { Stage } from './types.js'

/** Captions of one view's frames: L_VTG alone. */
export const readOneView: Stage['forward'] = (model, tape, { frames, prompts }) => {
  const [view, pixels] = Object.entries(frames)[0]!
  return model.read(tape, prompts, model.visual(tape, model.features(tape, view as View, pixels)))
}
