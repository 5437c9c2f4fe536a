export { type OpenOptions as OpenVideoModelOptions, openVideoModel } from './open.js'
export { VideoModel, type VideoSpan } from './video-model.js'
