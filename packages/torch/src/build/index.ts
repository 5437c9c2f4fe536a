/**
 * The build driver by itself: it loads no native code, so that a program can look before it imports the engine.
 *
 * @example
 * import { build, builtAddons, findLibtorch } from '@egolens/torch/build'
 * if (builtAddons().length === 0) await build(findLibtorch(), { onProgress: console.error })
 * @module
 */
export { TorchError } from '../errors.js'
export { type BuildOptions, build, buildKey } from './compile.js'
export { findLibtorch, type Libtorch } from './find.js'
export { type BuildRecord, builtAddons, requireSameLibtorch } from './place.js'
