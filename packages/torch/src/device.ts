import { addon } from './addon.js'

/** Where a tensor lies: `cpu`, `cuda` or `cuda:1`. */
export type Device = string

/** Whether the linked libtorch has CUDA and a GPU is there. */
export const cudaAvailable = (): boolean => addon.cudaAvailable()

/** `cuda` of `cuda:1`. */
export const deviceType = (device: Device): string => device.split(':')[0]!

/** The index in `cuda:1`, 0 when none is given; null for the CPU. */
export const cudaIndex = (device: Device): number | null =>
  deviceType(device) === 'cpu' ? null : Number(device.split(':')[1] ?? 0)

/** How many GPUs libtorch can use. */
export const cudaDevices = (): number => addon.cudaDevices()

/** Waits for the operators queued on a device; the CPU's have always finished. Needed to measure time. */
export function synchronize(device: Device = 'cuda'): void {
  const index = cudaIndex(device)
  if (index !== null) addon.synchronize(index)
}
