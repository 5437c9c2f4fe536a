import { noGrad, scope, type Tensor } from '@egolens/torch'
import { guidanceLosses } from '../losses/index.js'
import type { Exo2Ego } from '../model/model.js'
import type { Tape } from '../model/tape.js'
import { readOneView } from './one-view.js'
import type { Stage, StageSetting } from './types.js'

/**
 * Stage 2, Teacher-Student Guidance: the ego tower and both mappings learn from pairs of clips what the frozen exo
 * tower sees (section 4.3): L_VTG + w_kl KL(y, F(x)) + w_ccl CCL.
 */
export const guidance: Stage = {
  name: 'guidance',
  title: 'Teacher-Student Guidance',
  section: '4.3',
  after: 'preparation',
  views: ['ego', 'exo'],
  trains: ['ego', 'connector', 'mapping', 'inverse'],
  parts: ['ego', 'exo', 'connector', 'mapping', 'inverse'],
  training: { epochs: 2, globalBatch: 256, lr: 1e-4, warmup: 0.03 },
  forward: (model, tape, { frames, prompts, ...rest }, setting) => {
    const { losses, guidance, chance } = setting
    if (!model.mapping) return readOneView(model, tape, { ...rest, prompts, frames: { ego: frames.ego! } }, setting)
    const y = teacher(model, tape, frames.exo!, setting)
    const x = model.features(tape, 'ego', frames.ego!)
    const { mapping } = model
    const own = model.visual(tape, x)
    const behind = mapping.options.where === 'post_connector'
    // Behind the connector what is mapped are its tokens, and y goes through it too.
    const views = behind ? { ego: own, exo: model.visual(tape, y) } : { ego: x, exo: y }
    const mapped = tape.cut(mapping.forward(views.ego))
    const { total, ...parts } = guidanceLosses({ ...views, mapped, toExo: mapping, toEgo: model.inverse }, losses)
    const real = guidance === 'real' || (guidance === 'mix' && chance() < 0.5)
    const visual = model.guided(tape, own, real ? views.exo : mapped)
    const read = model.read(tape, prompts, visual)
    return total ? { ...read, extra: { total, parts: parts as Record<string, Tensor> } } : read
  },
}

/** y: no gradient where the exo tower is frozen, as the paper has it. */
function teacher(model: Exo2Ego, tape: Tape, frames: Tensor, { trainsExo }: StageSetting): Tensor {
  if (trainsExo) return model.features(tape, 'exo', frames)
  const tower = model.need('exo')
  const [batch, count] = frames.shape as [number, number]
  return noGrad(() =>
    scope(() => {
      const tokens = tower.forward(frames.flatten(0, 1))
      return tokens.view([batch, count, ...tokens.shape.slice(1)])
    }),
  )
}
