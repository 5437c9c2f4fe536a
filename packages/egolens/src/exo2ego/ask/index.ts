export { openVideoModel } from './open.js'
export type { OpenOptions as OpenVideoModelOptions } from './run.js'
export { VideoModel, type VideoSpan } from './video-model.js'
