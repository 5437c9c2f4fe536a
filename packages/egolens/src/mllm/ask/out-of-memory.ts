import { TorchError } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'

/**
 * What libtorch says where it gets no more memory while a model is opened or asked, with what would help; any other
 * error as it is.
 *
 * @param device that the model is on
 * @returns EgoLensError `mllm/out-of-memory`
 */
export function orOutOfMemory(error: unknown, device: string): unknown {
  if (!(error instanceof TorchError && error.code === 'OutOfMemory')) return error
  const elsewhere =
    device === 'cpu'
      ? 'free memory of other programs, or take a smaller model'
      : 'free the device of other programs, take a larger one, or hide it, so that the processor computes: CUDA_VISIBLE_DEVICES='
  return new EgoLensError('mllm/out-of-memory', `${device} has no more memory`, {
    cure: `${elsewhere}; a shorter talk and fewer choices take less`,
    cause: error,
  })
}
