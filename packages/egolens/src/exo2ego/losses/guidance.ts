import { scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { cycleLoss, cycleOptions } from './cycle.js'
import { klLoss, klOptions } from './kl.js'

/** The options of both losses; a weight of 0 leaves the loss out (Table 7, rows 3 and 4). */
export const guidanceOptions = z.strictObject({ kl: klOptions.prefault({}), ccl: cycleOptions.prefault({}) })
export type GuidanceInput = z.input<typeof guidanceOptions>

/** The two views' features and the mappings between them. */
export interface Views {
  /** x [B, T, P, C], features of the egocentric view. */
  ego: Tensor
  /** y, features of the exocentric view. */
  exo: Tensor
  /** F(x), computed once, since the language model sees it too. */
  mapped: Tensor
  /** F: ego -> exo */
  toExo: { forward(features: Tensor): Tensor }
  /** G: exo -> ego; there is none where cycle consistency is left out. */
  toEgo?: { forward(features: Tensor): Tensor } | undefined
}

export interface GuidanceLosses {
  /** Each unweighted; absent where its weight is 0. */
  kl?: Tensor
  ccl?: Tensor
  /** Their weighted sum, []; absent where both are. */
  total?: Tensor
}

/**
 * What the Teacher-Student Guidance stage adds to the language model's loss: w_kl KL(y, F(x)) + w_ccl CCL (Exo2Ego,
 * section 4.3; the paper gives no weights, 1 and 1 here).
 *
 * @throws EgoLensError `exo2ego/bad-shapes`, `exo2ego/missing-part`
 * @example
 * const mapped = toExo.forward(ego)
 * const { total } = guidanceLosses({ ego, exo: exo.detach(), mapped, toExo, toEgo }, { kl: { temperature: 2 } })
 */
export function guidanceLosses(views: Views, options: GuidanceInput = {}): GuidanceLosses {
  const { kl, ccl } = guidanceOptions.parse(options)
  const { ego, exo, mapped, toExo, toEgo } = views
  return scope(() => {
    const losses: GuidanceLosses = {}
    const weighted: Tensor[] = []
    if (kl.weight > 0) {
      losses.kl = klLoss(exo, mapped, kl)
      weighted.push(losses.kl.mul(kl.weight))
    }
    if (ccl.weight > 0) {
      if (!toEgo) throw noInverse()
      const exoBack = toExo.forward(toEgo.forward(exo))
      losses.ccl = cycleLoss({ ego, egoBack: toEgo.forward(mapped), exo, exoBack })
      weighted.push(losses.ccl.mul(ccl.weight))
    }
    if (weighted.length > 0) losses.total = weighted.reduce((sum, part) => sum.add(part))
    return losses
  })
}

const noInverse = () =>
  new EgoLensError('exo2ego/missing-part', 'cycle consistency needs G, and there is none', {
    cure: 'give toEgo, or leave the loss out by losses.ccl.weight: 0',
  })
