/** What one layer takes for one record. */
export interface LayerCost {
  /** Floating-point operations of products with weights, forward. */
  weighted: number
  /** Of products of activations with each other: attention. */
  products: number
  /** Operations of low-rank layers. */
  low?: number
  /** Bytes that autograd keeps of the layer for its backward pass, its input included. */
  kept: number
  /** Bytes of its input alone: what is kept where the layer is computed a second time. */
  input: number
}

/** What a network takes for one record. */
export interface Cost {
  layers: LayerCost[]
  /** Bytes of what it gives. */
  output: number
}

/** Bytes of a number in products: 2 in bfloat16, 4 in float32. */
export type ProductBytes = 2 | 4

/** Bytes of what libtorch keeps in float32 under autocast too: norms, the sums between layers, losses. */
export const WIDE = 4

/** Bytes of a softmax that is kept, and of what a product makes of it where it is of a half type. */
export const softmaxBytes = (product: ProductBytes): number => (product === WIDE ? WIDE : WIDE + product)

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
