import { openDataset } from '../datasets/registry.js'
import type { Component, Dataset, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { Backbone } from '../methods/types.js'
import type { FeatureSource } from './frame-table.js'
import { type DataSpec, readerOptions } from './recipe.js'

/** What a run stands on: the frozen models, the features found with them, the datasets. */
export interface Resources {
  backbone: Backbone
  features: FeatureSource
  openDataset(spec: DataSpec): Promise<Dataset>
  /** The id of the hand boxes' provider and crop rule. */
  crop?: string
  /** Hashes of what the numbers depend on, for result files: weights, feature spaces. */
  hashes: Record<string, string>
}

/** Opens what a split names. */
export const openSpec = (spec: DataSpec): Promise<Dataset> => openDataset(spec.dataset, readerOptions(spec))

/** The label sets of the components that are trained. @throws EgoLensError when the dataset lacks one */
export function labelsFor(dataset: Dataset, components: Component[]): LabelSets {
  const labels: LabelSets = {}
  for (const component of components) {
    const set = dataset.labels[component]
    if (!set) {
      const has = Object.keys(dataset.labels).join(', ') || 'none'
      throw new EgoLensError(
        'training/no-labels',
        `the dataset ${dataset.name} has no ${component} labels (it has: ${has})`,
        {
          where: 'component',
        },
      )
    }
    labels[component] = set
  }
  return labels
}
