import type { Clip, Component, Dataset, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { ExtractReport } from '../features/extract.js'
import type { View } from '../features/types.js'
import type { Backbone } from '../methods/types.js'
import type { Progress } from '../progress.js'
import type { FeatureSource, Stream } from './frame-table.js'
import type { DataSpec } from './recipe.js'

export interface ExtractWork {
  clips: readonly Pick<Clip, 'source' | 'start' | 'end' | 'video' | 'frameRate' | 'zeroNumber'>[]
  views: readonly View[]
  /** What is found of each view; the features of both encoders, if not said. */
  encoders?: readonly Stream['encoder'][]
  progress?: Progress
  signal?: AbortSignal
  /** This process takes every count-th source. */
  shard?: { index: number; count: number }
}

/** What a run stands on: the frozen models, the features found with them, the datasets. */
export interface Resources {
  backbone: Backbone
  features: FeatureSource
  openDataset(spec: DataSpec): Promise<Dataset>
  /** Finds features that are not in the store yet. */
  extract(work: ExtractWork): Promise<ExtractReport>
  /** The id of the hand boxes' provider and crop rule. */
  crop?: string
  /** Hashes of what the numbers depend on, for result files. */
  hashes: Record<string, string>
}

/** The label sets of the components that are trained. @throws EgoLensError when the dataset lacks one */
export function labelsFor(dataset: Dataset, components: Component[]): LabelSets {
  const labels: LabelSets = {}
  for (const component of components) {
    const set = dataset.labels[component]
    if (!set) {
      const has = Object.keys(dataset.labels).join(', ') || 'none'
      const message = `the dataset ${dataset.name} has no ${component} labels (it has: ${has})`
      throw new EgoLensError('training/no-labels', message, { where: 'component' })
    }
    labels[component] = set
  }
  return labels
}

export interface EnsureOptions {
  encoders?: readonly Stream['encoder'][]
  progress?: Progress | undefined
  signal?: AbortSignal | undefined
}

/**
 * Finds the features of clips that are not in the store yet.
 * @throws EgoLensError `training/unreadable-videos` naming those that could not be read: a result on fewer clips than
 * the recipe says would not be that recipe's
 */
export async function ensureFeatures(
  resources: Resources,
  clips: ExtractWork['clips'],
  views: readonly View[],
  { encoders, progress, signal }: EnsureOptions,
): Promise<void> {
  const report = await resources.extract({
    clips,
    views,
    ...(encoders ? { encoders } : {}),
    ...(progress ? { progress } : {}),
    ...(signal ? { signal } : {}),
  })
  const [first] = report.failures
  if (!first) return
  const message = `${report.failures.length} videos cannot be read, the first: ${first.message}`
  throw new EgoLensError('training/unreadable-videos', message, {
    where: first.source,
    cure: 'mend or remove them, or leave their clips out of the annotations',
  })
}
