import { resolve } from 'node:path'
import { TorchError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { writeFileAtomically } from './atomic-file.js'
import { FILE_DTYPE } from './dtypes.js'
import { encodeHeader, type TensorShape } from './write-header.js'

/**
 * Writes tensors to a safetensors file. The name holds the old file or the whole new one at every moment: bytes go to
 * a temporary file in the same directory, which is synced and renamed. One tensor is copied at a time, and only where
 * it is not contiguous or not on the CPU.
 * @param metadata texts kept in the header
 * @throws TorchError `BadArgument`, `FileUnwritable`
 * @example safetensors.save('adapter.safetensors', adapter.stateDict(), { method: 'x-mic' })
 */
export function save(path: string, tensors: Readonly<Record<string, Tensor>>, metadata?: Record<string, string>): void {
  const shapes = new Map<string, TensorShape>()
  for (const name of Object.keys(tensors)) shapes.set(name, shapeOf(name, tensors[name]!))
  const { bytes, order } = encodeHeader(shapes, metadata)
  writeFileAtomically(resolve(path), chunks(bytes, order, tensors))
}

function* chunks(header: Uint8Array, order: readonly string[], tensors: Readonly<Record<string, Tensor>>) {
  yield header
  for (const name of order) {
    const tensor = tensors[name]!
    if (tensor.numel === 0) continue
    // A view keeps its tensor until the event loop turns: one of a temporary tensor would pile up all of them.
    const asItIs = tensor.device === 'cpu' && tensor.isContiguous
    const { buffer, byteOffset, byteLength } = asItIs ? tensor.dataView() : tensor.toTypedArray()
    yield new Uint8Array(buffer, byteOffset, byteLength)
  }
}

function shapeOf(name: string, tensor: Tensor): TensorShape {
  const dtype = FILE_DTYPE.get(tensor.dtype)
  if (dtype) return { dtype, shape: tensor.shape }
  const what = `tensor ${JSON.stringify(name)} is ${tensor.dtype}, which the format has no name for`
  throw new TorchError('BadArgument', `Cannot write safetensors: ${what}.`)
}
