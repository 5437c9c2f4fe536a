import type { Tensor } from '../tensor.js'
import { open } from './file.js'

export { fromBytes } from './bytes.js'
export { ELEMENT_BITS, FILE_DTYPE } from './dtypes.js'
export { open, type TensorInfo, type TensorSource } from './file.js'
export { type Header, headerLength, parseHeader, type TensorEntry } from './header.js'
export { save } from './save.js'
export { openSharded } from './sharded.js'

/**
 * All tensors of a safetensors file by name, as views of the mapped file: memory is taken as they are read.
 * @throws TorchError `BadSafetensors`, `UnsupportedDtype`
 * @example model.loadStateDict(safetensors.load('model.safetensors'))
 */
export function load(path: string): Record<string, Tensor> {
  const file = open(path)
  try {
    const tensors: Record<string, Tensor> = Object.create(null)
    for (const name of file.names) tensors[name] = file.tensor(name)
    return tensors
  } finally {
    file.close()
  }
}
