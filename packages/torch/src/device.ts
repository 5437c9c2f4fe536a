import { addon } from './addon.js'

/** Where a tensor lies: `cpu`, `cuda` or `cuda:1`. */
export type Device = string

/** Whether the linked libtorch has CUDA and a GPU is there. */
export const cudaAvailable = (): boolean => addon.cudaAvailable()

/** `cuda` of `cuda:1`. */
export const deviceType = (device: Device): string => device.split(':')[0]!
