import type { Clip, Component, Dataset, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { baseClips, type HeldBack, holdBack } from './base-novel.js'
import { labelled } from './loader.js'
import type { DataSpec, Recipe } from './recipe.js'
import { labelsFor, type Resources } from './resources.js'
import { drawShots } from './shots.js'
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
  const clips = spread(labelled(all, components).slice(0, spec.limit), spec.spread)
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

/** So many of a split that all its participants are among them: always the same ones. */
function spread<T>(all: T[], count = all.length): T[] {
  if (count >= all.length) return all
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!)
}

/** What a run learns from. */
export interface TrainingClips {
  /** In base-to-novel its label sets are those of the base classes. */
  train: ClipSet
  /** Clips of participants that are held out of training, where the recipe says so. */
  held?: ClipSet
  /** The classes that training never sees, in base-to-novel. */
  novel?: LabelSets
  /** What became of clips and labels on the way, by name. */
  counts: Record<string, number>
}

/**
 * The clips that a run trains on: of the split those with base classes, then without the participants that are held out,
 * then so many of each class as the recipe says.
 */
export async function trainingClips(
  recipe: Recipe,
  components: Component[],
  open: Resources['openDataset'],
): Promise<TrainingClips> {
  const { data, protocol, training } = recipe
  const all = await openClips(data.train, components, open)
  const halves = protocol && holdBack(protocol, all, components)
  const base = halves ? baseClips(all, halves, protocol) : { set: all, counts: {} }
  const share = data.validation.holdOut
  const parts = share === undefined ? { train: base.set.clips } : holdOut(base.set.clips, share, 0)
  const { shots, shotSeed = training.seed } = data.train
  const left = { ...base.set, clips: parts.train }
  const drawn = shots === undefined ? { set: left, counts: {} } : drawShots(left, components, shots, shotSeed)
  return {
    train: drawn.set,
    ...('held' in parts ? { held: { ...base.set, clips: parts.held } } : {}),
    ...(halves ? { novel: halves.novel } : {}),
    counts: { ...base.counts, ...drawn.counts },
  }
}

/** What a run learns from, and what it selects its model on. */
export interface TrainingData extends TrainingClips {
  validation?: ClipSet
}

/** The training clips and, where the recipe selects by it, the validation clips; participants never in both. */
export async function trainingData(
  recipe: Recipe,
  components: Component[],
  open: Resources['openDataset'],
): Promise<TrainingData> {
  const { data, training, protocol } = recipe
  const clips = await trainingClips(recipe, components, open)
  if (clips.held) return training.select === 'val_within' ? { ...clips, validation: clips.held } : clips
  const { within, cross } = data.validation
  const spec = { last: undefined, val_within: within, val_cross: cross }[training.select]
  if (!spec) return clips
  const validation = await openClips(spec, components, open)
  if (!clips.novel || !protocol || training.select === 'val_cross') return { ...clips, validation }
  const halves: HeldBack = { base: clips.train.labels, novel: clips.novel }
  return { ...clips, validation: baseClips(validation, halves, protocol).set }
}
