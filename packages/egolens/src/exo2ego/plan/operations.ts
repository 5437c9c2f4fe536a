import { type LayerCost, sum } from './costs/cost.js'
import type { NetworkPass, Passes } from './passes.js'

/** Floating-point operations of one record, a multiplication and an addition being two. */
export interface Operations {
  /** All that is computed, what checkpointing computes a second time included. */
  computed: number
  /** Without that: what utilisation is usually measured by. */
  needed: number
}

/**
 * Forward once; backward once for gradients of what came before, once for those of weights that are trained, and twice
 * for products of activations. Norms, softmax and the like are left out.
 */
export function operationsOf({ passes, logits }: Passes, checkpointing: boolean): Operations {
  const head = 2 * logits.weighted
  const needed = sum(passes.map(neededBy)) + head
  const again = checkpointing ? passes.filter(({ taped, ...pass }) => taped && (pass.trained || pass.below)) : []
  return { computed: needed + sum(again.map(forward)), needed }
}

const forwardOf = ({ weighted, products, low = 0 }: LayerCost) => weighted + products + low
const forward = ({ layers }: NetworkPass): number => sum(layers.map(forwardOf))

function neededBy(pass: NetworkPass): number {
  const { trained, below, layers } = pass
  if (!trained && !below) return forward(pass)
  const backward = Number(below || layers.length > 1) + Number(trained)
  return (
    forward(pass) + sum(layers.map(({ weighted, products, low = 0 }) => backward * weighted + 2 * (products + low)))
  )
}
