import { empty } from '../creation.js'
import type { Device } from '../device.js'
import type { DType } from '../dtype.js'
import type { Generator } from '../generator.js'
import type { Tensor } from '../tensor.js'

/** Where and in what type a layer's tensors are made, and what its random values are drawn from. */
export interface LayerOptions {
  dtype?: DType
  device?: Device
  generator?: Generator
}

/** An uninitialised tensor by a layer's options. */
export function blank(shape: readonly number[], { dtype = 'float32', device = 'cpu' }: LayerOptions): Tensor {
  return empty([...shape], { dtype, device })
}
