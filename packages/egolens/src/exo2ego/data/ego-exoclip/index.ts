export { buildEgoExoClip, type EgoExoClipOptions, type EgoExoClipReport } from './build.js'
export { clipIntervals, meanGap } from './interval.js'
export { type EgoExoClip, type EgoExoPair, egoExoClip, pairsOf, readEgoExoClip } from './record.js'
