export { EgoLensError, nearest } from './errors.js'
export type { Progress, ProgressEvent } from './progress.js'
