export type { ClipConfig } from './clip/config.js'
export { bfloat16IsFast, resolveCompute } from './compute.js'
export { type ClipModel, type EncoderOptions, imageEncoders, loadClip, loadImageEncoder } from './registry.js'
export type { Compute, Hooks, ImageEncoder, ImageTower, Preprocessing, Tap, TextEncoder } from './types.js'
