import { inPieces } from '../../training/pieces.js'
import { random, shuffled } from '../../training/random.js'

/** Which items go into a step on one process. */
export interface StepPlan {
  /** Of the whole step, over all processes. */
  all: number[]
  /** This process' own, in pieces of at most the local batch. */
  own: number[][]
}

export interface Sampling {
  items: number
  globalBatch: number
  localBatch: number
  rank: number
  worldSize: number
  seed: number
}

/** Steps of an epoch; the last may be smaller. */
export const stepsPerEpoch = ({ items, globalBatch }: Pick<Sampling, 'items' | 'globalBatch'>): number =>
  Math.ceil(items / globalBatch)

/**
 * The steps of an epoch from `position` on: every item once, in an order by seed and epoch that does not depend on the
 * number of processes, each step dealt out to them in turn. A process may get fewer than others, or none.
 *
 * @example for (const { own } of planEpoch(0, 0, sampling)) for (const piece of own) train(piece)
 */
export function* planEpoch(epoch: number, position: number, sampling: Sampling): Generator<StepPlan> {
  const { items, globalBatch, localBatch, rank, worldSize, seed } = sampling
  const order = shuffled(items, random(seed, 'order', epoch))
  for (let step = position; step < stepsPerEpoch(sampling); step++) {
    const all = order.slice(step * globalBatch, (step + 1) * globalBatch)
    const mine = all.filter((_, i) => i % worldSize === rank)
    yield { all, own: inPieces(mine, localBatch) }
  }
}

/**
 * Micro-batches that a process adds up for a step (Table 14 has a global batch of 64, a local one of 8 and 16
 * processes: there the local batch shrinks to 4).
 */
export function accumulation({ globalBatch, localBatch, worldSize }: Omit<Sampling, 'items' | 'rank' | 'seed'>) {
  const each = Math.ceil(globalBatch / worldSize)
  const local = Math.min(localBatch, each)
  return { local, microBatches: Math.ceil(each / local) }
}
