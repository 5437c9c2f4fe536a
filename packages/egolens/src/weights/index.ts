export { embedded, hubCache, snapshot } from './cache.js'
export { weightFiles, weightHash } from './files.js'
export { listModels, type ModelEntry } from './list.js'
export { type ResolvedWeights, resolveWeights } from './resolve.js'
