import { addon } from './addon.js'
import { type Device, deviceType } from './device.js'
import type { DType } from './dtype.js'
import { TorchError } from './errors.js'

export interface AutocastOptions {
  /** What products and convolutions compute in. */
  dtype: DType
  device?: Device
  enabled?: boolean
}

/**
 * Runs a synchronous function with matrix products and convolutions in a lower precision, and what needs range in
 * float32, by libtorch's own lists: on CUDA losses, softmax, layer and group normalisation; on the CPU, in libtorch
 * 1.13, losses only, so that `F.layerNorm` and `F.groupNorm` widen what they are given where their weights are float32.
 * Weights are cast once for the outermost call, and anew after a `noGrad()` inside it.
 *
 * @throws TorchError AsyncFunction when the function returns a promise.
 * @example
 * const logits = autocast({ dtype: 'bfloat16' }, () => model.forward(x))
 */
export function autocast<T>(options: AutocastOptions, fn: () => T): T {
  const device = deviceType(options.device ?? 'cpu')
  const [enabled, dtype] = addon.enterAutocast(device, options.enabled ?? true, options.dtype)
  try {
    const result = fn()
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      throw new TorchError('AsyncFunction', 'autocast() takes a synchronous function: call it between awaits')
    }
    return result
  } finally {
    addon.leaveAutocast(device, enabled, dtype)
  }
}
