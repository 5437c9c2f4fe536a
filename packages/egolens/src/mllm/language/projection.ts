import type { nn, Tensor } from '@egolens/torch'

/** A linear layer inside a block: `nn.Linear`, or what stands in its place and has its weight, such as LoRA's. */
export interface Projection extends nn.Layer {
  readonly inFeatures: number
  readonly outFeatures: number
  /** [out, in] */
  readonly weight: Tensor
  readonly bias: Tensor | null
}
