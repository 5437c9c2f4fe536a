import type { Tensor } from '@egolens/torch'
import type { VisionWeights } from '../../encoders/clip/weights.js'

/** Every tensor of an image tower. */
export function towerTensors(weights: VisionWeights): Tensor[] {
  const of = ({ weight, bias }: { weight: Tensor; bias: Tensor }) => [weight, bias]
  const layers = weights.blocks.flatMap((b) => [b.norm1, b.qkv, b.out, b.norm2, b.fc1, b.fc2].flatMap(of))
  const { patch, classToken, positions, preNorm, postNorm, projection } = weights
  return [patch, classToken, positions, ...of(preNorm), ...layers, ...of(postNorm), projection]
}
