import type { Clip, Component, Dataset, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { labelled } from './loader.js'
import type { DataSpec, Recipe } from './recipe.js'
import { labelsFor, type Resources } from './resources.js'
import { holdOut } from './split.js'

/** Clips of a split that can be scored, with their label sets. */
export interface ClipSet {
  dataset: Dataset
  clips: Clip[]
  labels: LabelSets
  /** Clips that were left out since they lack a label. */
  unlabelled: number
}

/**
 * Opens a split and takes its clips that have a label for each component.
 * @throws EgoLensError `training/no-clips`, `training/no-labels`
 */
export async function openClips(
  spec: DataSpec,
  components: Component[],
  open: Resources['openDataset'],
): Promise<ClipSet> {
  const dataset = await open(spec)
  if (!dataset.splits.includes(spec.split)) {
    throw new EgoLensError('training/no-split', `${dataset.name} has no split "${spec.split}"`, {
      cure: `its splits: ${dataset.splits.join(', ')}`,
    })
  }
  const all = dataset.clips(spec.split)
  const clips = labelled(all, components).slice(0, spec.limit)
  if (clips.length === 0) {
    const message = `${dataset.name} ${spec.split} has ${all.length} clips, none with a ${components.join(' and a ')} label`
    throw new EgoLensError('training/no-clips', message)
  }
  return {
    dataset,
    clips,
    labels: labelsFor(dataset, components),
    unlabelled: all.length - labelled(all, components).length,
  }
}

/** What a run learns from, and what it selects its model on. */
export interface TrainingData {
  train: ClipSet
  validation?: ClipSet
}

/** The training clips and, where the recipe selects by it, the validation clips; participants never in both. */
export async function trainingData(
  recipe: Recipe,
  components: Component[],
  open: Resources['openDataset'],
): Promise<TrainingData> {
  const { data, training } = recipe
  const train = await openClips(data.train, components, open)
  if (data.validation.holdOut !== undefined) {
    const parts = holdOut(train.clips, data.validation.holdOut, 0)
    const held = { ...train, clips: parts.held }
    return {
      train: { ...train, clips: parts.train },
      ...(training.select === 'val_within' ? { validation: held } : {}),
    }
  }
  const spec = { last: undefined, val_within: data.validation.within, val_cross: data.validation.cross }[
    training.select
  ]
  return spec ? { train, validation: await openClips(spec, components, open) } : { train }
}
