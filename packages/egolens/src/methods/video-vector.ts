import type { Tensor } from '@egolens/torch'
import { F } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { View } from '../features/types.js'

/** Whether each frame is brought to unit length before the mean: the paper writes `l2`, its code does `none`. */
export type FrameNorm = 'none' | 'l2'

/**
 * The video's vector in the joint space: the mean over its frames, at unit length (X-MIC, section 3.1).
 * @param frames [B, N, D]
 * @returns [B, D]
 */
export function videoVector(frames: Tensor, norm: FrameNorm): Tensor {
  const averaged = (norm === 'l2' ? F.normalize(frames) : frames).mean(1)
  return F.normalize(averaged)
}

/** The features of a view, or an error that says what the batch holds. */
export function viewOf(features: Partial<Record<View, Tensor>>, view: View, path: string): Tensor {
  const found = features[view]
  if (found) return found
  const held = Object.keys(features).join(', ') || 'none'
  throw new EgoLensError(
    'method/missing-view',
    `the batch has no ${path} features of the ${view} view (it has: ${held})`,
    {
      cure: 'load what the method lists under `needs.views`',
    },
  )
}
