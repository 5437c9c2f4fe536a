import { type Tensor, tensor } from '@egolens/torch'
import type { View } from '../../features/types.js'
import type { Batch, Method } from '../../methods/types.js'
import { random, shuffled } from '../../training/random.js'

/**
 * The same method seeing each batch's frames in another order, the same for all views. What it then loses is what it
 * had from their order.
 */
export function withShuffledFrames(method: Method, seed = 1): Method {
  const order = shuffled(method.needs.frames, random(seed, 'frame order'))
  const wrapped: Method = Object.create(method, {
    forward: { value: (batch: Batch, classes: unknown) => method.forward(reorder(batch, order), classes) },
  })
  return wrapped
}

function reorder(batch: Batch, order: number[]): Batch {
  const index = tensor(order, { dtype: 'int64' })
  const each = (streams: Partial<Record<View, Tensor>>) =>
    Object.fromEntries(Object.entries(streams).map(([view, frames]) => [view, frames.indexSelect(1, index)]))
  return { ...batch, features: each(batch.features), context: each(batch.context) }
}
