import { cat, type Tensor } from '@egolens/torch'
import type { Affine } from './clip/block.js'

/**
 * One matrix [3 W, W] of query, key and value, with the scale of their products in the query's rows.
 *
 * @param parts the one matrix, or the three
 */
export function queryScaled(parts: readonly Affine[], scale: number): Affine {
  const merge = (tensors: Tensor[]) => {
    const [q, k, v] = tensors.length === 1 ? tensors[0]!.chunk(3) : tensors
    return cat([q!.mul(scale), k!, v!])
  }
  return { weight: merge(parts.map(({ weight }) => weight)), bias: merge(parts.map(({ bias }) => bias)) }
}
