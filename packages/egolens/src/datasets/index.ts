export { type BaseNovel, halve } from './base-novel.js'
export { groupBySource, missingSources } from './dataset.js'
export {
  type Description,
  readAtomicDescriptions,
  readTakeSplits,
  readTakes,
  type Take,
  type TakeAnnotation,
} from './ego-exo4d.js'
export { type PlanQuestion, readEgoPlan } from './egoplan.js'
export { epicFrame, epicFrameRate } from './epic-kitchens-100.js'
export { labelSet, type SharedNovel, sharedNovel, sharedNovelFromFile } from './labels.js'
export { readNames } from './own-classes.js'
export { datasets, openDataset } from './registry.js'
export type * from './types.js'
