import type { View } from '../model/model.js'
import { resolveStageRecipe } from '../recipe.js'
import type { StageRecipe, StageRecipeInput } from '../recipe.schema.js'
import type { StageName } from '../stages/index.js'

/** The networks of the small world's Exo2Ego: the embedded CLIP and language model, and what is new, small as they are. */
export const smallModel = {
  frames: 4,
  connector: { depth: 1 },
  mapping: { ngf: 32 },
  lora: { r: 16, alpha: 32, dropout: 0.1 },
} satisfies StageRecipeInput['model']

/** What is the same in all stages: these networks are trained in float32 on a processor, where all of a step fits. */
const common = {
  localBatch: 16,
  precision: 'float32',
  checkpointing: false,
  clipNorm: 1,
  weightDecay: 0.02,
} satisfies StageRecipeInput['training']

/** Epochs, batches and rates on the small world; those of Table 14 are for networks and data of another size. */
export const smallTraining = {
  initialization: { epochs: 4, globalBatch: 32, lr: 2e-3, warmup: 0.1 },
  preparation: { epochs: 1, globalBatch: 32, lr: 1e-3, warmup: 0.03 },
  guidance: { epochs: 1, globalBatch: 16, lr: 1e-3, warmup: 0.03 },
  practice: { epochs: 2, globalBatch: 16, lr: 1e-3, warmup: 0.03 },
} satisfies Record<StageName, StageRecipeInput['training']>

/**
 * The image towers stay as they were fitted to stills: as few clips as there are here teach them nothing, and what they
 * tell apart is lost before the connector can pass it on.
 */
export const smallTrains = { ego: false, exo: false } satisfies StageRecipeInput['train']

export interface SmallStage {
  /** The JSONL of its records. */
  train: string
  /** Media paths start from here; from the file's folder, if not said. */
  root?: string
  /** The run that it begins from. */
  from?: string
  /** Initialization: whose tower. */
  view?: View
  seed?: number
  model?: StageRecipeInput['model']
  training?: StageRecipeInput['training']
}

/**
 * The recipe of a stage on the small world's takes, as those in recipes/exo2ego/small.
 *
 * @example
 * const recipe = smallStage('preparation', { train: 'takes/pairs.jsonl', from: 'small-initialization' })
 */
export function smallStage(
  stage: StageName,
  { train, root, from, view, seed = 1, model, training }: SmallStage,
): StageRecipe {
  return resolveStageRecipe({
    name: ['exo2ego-small', stage, ...(view ? [view] : [])].join('-'),
    stage,
    ...(from === undefined ? {} : { from }),
    model: { ...smallModel, ...model },
    data: { train, ...(root === undefined ? {} : { root }), ...(view ? { view } : {}) },
    train: smallTrains,
    // Four cameras stand about: as many captions in an epoch as of the wearer's in four.
    training: { ...common, ...smallTraining[stage], ...(view === 'exo' ? { epochs: 1 } : {}), seed, ...training },
  })
}
