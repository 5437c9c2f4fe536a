import { createHash } from 'node:crypto'
import { safetensors, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { type StreamedTensor, streamSafetensors, writeSafetensors } from './write-safetensors.js'

/**
 * Writes tensors to a safetensors file: the old file stays until the new one is whole and on the disk. The same
 * tensors give the same bytes.
 *
 * @throws EgoLensError `disk/full`, `disk/read-only`, `disk/failed`; `weights/bad-name`, `weights/bad-type`
 * @example await saveTensors('adapter.safetensors', method.module.stateDict())
 */
export async function saveTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Record<string, string> = {},
): Promise<void> {
  await writeSafetensors(path, streams(tensors, path), { metadata })
}

/** sha256 of the file that {@link saveTensors} would write, as hex. */
export async function hashTensors(tensors: Readonly<Record<string, Tensor>>): Promise<string> {
  const hash = createHash('sha256')
  await streamSafetensors({ write: async (bytes) => void hash.update(bytes) }, streams(tensors))
  return hash.digest('hex')
}

const streams = (tensors: Readonly<Record<string, Tensor>>, where?: string) =>
  Object.keys(tensors).map((name) => stream(name, tensors[name]!, where))

function stream(name: string, tensor: Tensor, where?: string): StreamedTensor {
  const dtype = safetensors.FILE_DTYPE.get(tensor.dtype)
  if (!dtype)
    throw new EgoLensError('weights/bad-type', `safetensors cannot hold "${name}": ${tensor.dtype}`, { where })
  return {
    name,
    dtype,
    elementSize: safetensors.ELEMENT_BITS.get(dtype)! / 8,
    shape: tensor.shape,
    *pieces() {
      if (tensor.numel === 0) return
      const { buffer, byteOffset, byteLength } = tensor.toTypedArray()
      yield new Uint8Array(buffer, byteOffset, byteLength)
    },
  }
}
