export type { ClipConfig } from './clip/config.js'
export { bfloat16IsFast, resolveCompute } from './compute.js'
export type { DinoConfig } from './dino/config.js'
export type { LavilaConfig } from './lavila/config.js'
export { normalisePixels, pixelEncoder } from './pixels.js'
export {
  type ClipModel,
  type DinoImageEncoder,
  dualEncoders,
  type EncoderOptions,
  imageEncoders,
  type LavilaModel,
  loadClip,
  loadDino,
  loadDualEncoder,
  loadImageEncoder,
  loadLavila,
} from './registry.js'
export type {
  Compute,
  DualEncoder,
  FrameWindow,
  Hooks,
  ImageEncoder,
  ImageTower,
  Preprocessing,
  Tap,
  TextEncoder,
} from './types.js'
