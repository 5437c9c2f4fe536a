import { fromTypedArray } from '../creation.js'
import { typedArrayOver } from '../dtype.js'
import { TorchError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { ENGINE_DTYPE } from './dtypes.js'
import { parseHeader, type TensorEntry } from './header.js'

/**
 * All tensors of a safetensors file that was read into memory, by name. Unlike views of a mapped file they are
 * copies: nothing that happens to the disk afterwards reaches them.
 * @throws TorchError `BadSafetensors`, `UnsupportedDtype`
 * @example const { weight } = safetensors.fromBytes(await readFile('model.safetensors'))
 */
export function fromBytes(bytes: Uint8Array): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = Object.create(null)
  for (const [name, entry] of parseHeader(bytes).tensors) tensors[name] = tensorOf(name, entry, bytes)
  return tensors
}

function tensorOf(name: string, { dtype, shape, begin, end }: TensorEntry, bytes: Uint8Array): Tensor {
  const engine = ENGINE_DTYPE.get(dtype)
  if (!engine) {
    const what = `tensor ${JSON.stringify(name)} is ${dtype}, which the engine has no type for`
    throw new TorchError('UnsupportedDtype', `${what}. Convert it to one of ${[...ENGINE_DTYPE.keys()].join(', ')}.`)
  }
  // The bytes may lie at any offset; those of a copy are aligned.
  const own = new Uint8Array(end - begin)
  own.set(bytes.subarray(begin, end))
  return fromTypedArray(typedArrayOver(engine, own.buffer), shape, { dtype: engine, copy: engine === 'bool' })
}
