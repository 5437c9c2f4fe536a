export { type Adapter, type AdapterInfo, loadAdapter, readAdapterInfo } from './adapter.js'
export { baseToNovel } from './base-novel.js'
export { type ScoreOptions, type Scores, scoreClips } from './evaluate.js'
export { type EvaluateOptions, evaluateRun } from './evaluate-run.js'
export { extractInProcesses, type WorkersOptions } from './extract-workers.js'
export type { FeatureSource, Stream } from './frame-table.js'
export { discardOther } from './inputs.js'
export { requireOneProcess } from './one-process.js'
export { extractFeatures, type PrepareOptions } from './prepare.js'
export {
  componentsOf,
  type DataSpec,
  type NamedDataSpec,
  parseRecipe,
  type Recipe,
  type RecipeInput,
  readRecipe,
  recipeHash,
  resolveRecipe,
} from './recipe.js'
export { writeRecipe } from './recipe.write.js'
export type { Resources } from './resources.js'
export { openResources, storedFeatures } from './resources.open.js'
export type { RunSummary } from './run-summary.js'
export { type TrainOptions, train } from './train.js'
