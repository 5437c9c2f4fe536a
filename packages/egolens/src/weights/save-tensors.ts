import { createHash } from 'node:crypto'
import { type DType, safetensors, scope, type Tensor } from '@egolens/torch'
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
  const all = Object.keys(tensors).map((name) => stream(name, tensors[name]!, { where: path }))
  await writeSafetensors(path, all, { metadata })
}

/**
 * sha256 of the file that {@link saveTensors} would write, as hex.
 * @param dtype of the tensors in that file; their own, if not said
 */
export async function hashTensors(tensors: Readonly<Record<string, Tensor>>, dtype?: DType): Promise<string> {
  const hash = createHash('sha256')
  const all = Object.keys(tensors).map((name) => stream(name, tensors[name]!, { dtype }))
  await streamSafetensors({ write: async (bytes) => void hash.update(bytes) }, all)
  return hash.digest('hex')
}

function stream(
  name: string,
  tensor: Tensor,
  { where, dtype: own = tensor.dtype }: { where?: string; dtype?: DType | undefined },
): StreamedTensor {
  const dtype = safetensors.FILE_DTYPE.get(own)
  if (!dtype) throw new EgoLensError('weights/bad-type', `safetensors cannot hold "${name}": ${own}`, { where })
  return {
    name,
    dtype,
    elementSize: safetensors.ELEMENT_BITS.get(dtype)! / 8,
    shape: tensor.shape,
    *pieces() {
      if (tensor.numel === 0) return
      const values = () => (own === tensor.dtype ? tensor : tensor.detach().to(own)).toTypedArray()
      const { buffer, byteOffset, byteLength } = scope(values)
      yield new Uint8Array(buffer, byteOffset, byteLength)
    },
  }
}
