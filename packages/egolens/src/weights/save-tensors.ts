import { createHash } from 'node:crypto'
import type { Tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { type StreamedTensor, streamSafetensors, writeSafetensors } from './write-safetensors.js'

/** The format's names and element sizes of the types that can be kept. */
const types: Readonly<Record<string, [string, number]>> = {
  float64: ['F64', 8],
  float32: ['F32', 4],
  float16: ['F16', 2],
  bfloat16: ['BF16', 2],
  int64: ['I64', 8],
  int32: ['I32', 4],
  int16: ['I16', 2],
  int8: ['I8', 1],
  uint8: ['U8', 1],
  bool: ['BOOL', 1],
}

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
  const type = types[tensor.dtype]
  if (!type) throw new EgoLensError('weights/bad-type', `safetensors cannot hold "${name}": ${tensor.dtype}`, { where })
  const [dtype, elementSize] = type
  return {
    name,
    dtype,
    elementSize,
    shape: tensor.shape,
    *pieces() {
      if (tensor.numel === 0) return
      const { buffer, byteOffset, byteLength } = tensor.toTypedArray()
      yield new Uint8Array(buffer, byteOffset, byteLength)
    },
  }
}
