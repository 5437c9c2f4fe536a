/**
 * Several processes that train together, by libtorch's own c10d: Gloo on CPUs, NCCL on GPUs.
 *
 * @example
 * const group = await distributed.init()
 * const parallel = await distributed.DataParallel.open(model, group)
 * @module
 */
export { type Backend, backends } from './addon.js'
export { DataParallel, type DataParallelOptions } from './data-parallel.js'
export { type Environment, environment, type Variables } from './environment.js'
export type { Group } from './group.js'
export { type InitOptions, init } from './init.js'
export type { Work } from './work.js'
