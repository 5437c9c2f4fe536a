import { F, scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import { checkAlike } from './shapes.js'

export const cycleOptions = z.strictObject({
  weight: z.number().min(0).default(1).describe('in the sum of the losses; CycleGAN takes 10'),
})
export type CycleInput = z.input<typeof cycleOptions>

/** Features of both views, and what comes back of them after both mappings. */
export interface Cycle {
  /** x, features of the egocentric view. */
  ego: Tensor
  /** G(F(x)) */
  egoBack: Tensor
  /** y, features of the exocentric view. */
  exo: Tensor
  /** F(G(y)) */
  exoBack: Tensor
}

/**
 * Cycle consistency, mean |G(F(x)) - x| + mean |F(G(y)) - y| (Exo2Ego, section 4.3, equation 2). Gradients go to the
 * features too; the caller detaches those of a frozen encoder.
 *
 * @returns [], unweighted
 * @throws EgoLensError `exo2ego/bad-shapes`
 */
export function cycleLoss({ ego, egoBack, exo, exoBack }: Cycle): Tensor {
  checkAlike('cycle consistency of the ego view', ego, egoBack)
  checkAlike('cycle consistency of the exo view', exo, exoBack)
  return scope(() => F.l1Loss(wide(egoBack), wide(ego)).add(F.l1Loss(wide(exoBack), wide(exo))))
}

/** The mean of many values of a half type is found in float32. */
const wide = (x: Tensor): Tensor => (x.dtype === 'float64' ? x : x.float())
