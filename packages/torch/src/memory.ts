import { addon } from './addon.js'
import { cudaIndex, type Device } from './device.js'
import { TorchError } from './errors.js'

export interface MemoryUse {
  /** Live tensors of this thread; views of one memory count each. */
  tensors: number
  /** Bytes that libtorch's allocator of the device has given out, autograd's saved tensors included. */
  bytes: number
  /** The most since the start, or since resetPeak(). */
  peakBytes: number
}

/** How much is alive: handles of this thread, bytes of the whole process on a device. */
export function memory(device: Device = 'cpu'): MemoryUse {
  const [bytes, peakBytes] = addon.memoryBytes(cudaIndex(device))
  return { tensors: addon.liveTensors(), bytes, peakBytes }
}

/** Starts a new peak at what is in use now. */
export const resetPeak = (device: Device = 'cpu'): void => addon.resetPeak(cudaIndex(device))

/** Gives heap pages that are free back to the system: for a server that has become idle. */
export const trimMemory = (): void => addon.trimMemory()

/**
 * For tests: runs a function and throws when it leaves more live tensors than there were.
 *
 * @throws TorchError TensorLeak
 * @example
 * await expectNoLeak(() => scope(() => void randn([2]).sum()))
 */
export function expectNoLeak<T>(fn: () => Promise<T>): Promise<T>
export function expectNoLeak<T>(fn: () => T): T
export function expectNoLeak<T>(fn: () => T | Promise<T>): T | Promise<T> {
  const before = addon.liveTensors()
  const check = (result: T): T => {
    const more = addon.liveTensors() - before
    if (more > 0) {
      throw new TorchError('TensorLeak', `${more} tensors were left alive: work inside scope(), or dispose() them`)
    }
    return result
  }
  const result = fn()
  return result instanceof Promise ? result.then(check) : check(result)
}
