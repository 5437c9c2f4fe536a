import { accumulation, stepsPerEpoch } from '../data/sampler.js'
import type { StageRecipe } from '../recipe.schema.js'
import { type Fit, fitOf, stepMemory } from './fit.js'
import type { MemoryByKind } from './memory.js'
import { type Operations, operationsOf } from './operations.js'
import { countParameters, type PartSize } from './parameters.js'
import { passesOf } from './passes.js'
import { type Records, recordsOf } from './records.js'
import { sizesOf } from './sizes.js'

export interface PlanOptions {
  /** Processes that train together, default 1. */
  worldSize?: number
  /** Bytes of a device, default 80e9. */
  memory?: number
  /** Operations a second that a device really gives; default 40 % of an A800's 312e12 in bfloat16. */
  speed?: number
  /** Records, where the data is not there and the paper's count is not wanted. */
  records?: number
  /** Attention in the language model is one operator, as libtorch 2 has it; default true. */
  fused?: boolean
}

/** What a stage is going to take. */
export interface StagePlan {
  name: string
  stage: StageRecipe['stage']
  parts: PartSize[]
  parameters: { trained: number; frozen: number }
  records: Records
  /** Tokens of the language model, of one record and of a step. */
  tokens: { visual: number; text: number; step: { visual: number; text: number } }
  steps: { epoch: number; epochs: number; total: number }
  /** How a step is shared: `localBatch` records go through the model together, so often. */
  batch: { global: number; worldSize: number; local: number; microBatches: number }
  /** Of a step, over all processes. */
  operations: Operations
  seconds: { speed: number; step: number; total: number }
  memory: MemoryByKind & { checkpointing: boolean; activationsOtherwise: number }
  fit: Fit
}

const A800 = 312e12
/** 40 % of what an A800 gives in bfloat16: what large models are usually trained at. */
export const usualSpeed = 0.4 * A800

/**
 * Says what a stage is going to take: parameters, memory, operations, steps, and what fits a device. No weights are
 * read or made; sizes are those of config.json, or of the published models that a recipe names.
 *
 * Memory is counted, not measured: what autograd keeps of each layer, by formulas (costs/) that the tests hold against
 * the engine's own allocator.
 *
 * @throws EgoLensError `plan/unknown-size`, `language/bad-config`, `clip/bad-config`, `exo2ego/bad-grid`, and of the
 * data, where it is there, `tokenizer/...`, `dataset/...`
 * @example
 * const plan = await planStage(await readStageRecipe('recipes/exo2ego/full/guidance.yaml'), { worldSize: 16 })
 * plan.fit.localBatch // records that go through the model together, at most, on 80 GB
 */
export async function planStage(recipe: StageRecipe, options: PlanOptions = {}): Promise<StagePlan> {
  const { worldSize = 1, memory = 80e9, speed = usualSpeed, fused = true } = options
  const sizes = await sizesOf(recipe.model)
  const found = await recordsOf(recipe, sizes.language)
  const records = { ...found, count: options.records ?? found.count }
  const parts = countParameters(recipe, sizes)
  const { epochs, globalBatch, localBatch, checkpointing } = recipe.training
  const { local, microBatches } = accumulation({ globalBatch, localBatch, worldSize })
  const passes = passesOf(recipe, sizes, records, fused)
  const epoch = stepsPerEpoch({ items: records.count, globalBatch })
  const perRecord = operationsOf(passes, checkpointing)
  const operations = { computed: globalBatch * perRecord.computed, needed: globalBatch * perRecord.needed }
  const step = operations.computed / speed / worldSize
  const held = { recipe, sizes, parts, tokens: records, fused, localBatch: local }
  const otherwise = stepMemory({ checkpointing: !checkpointing }, local, held)
  const count = (trained: boolean) =>
    parts.reduce((all, part) => all + (part.trained === trained ? part.parameters : 0), 0)
  return {
    name: recipe.name,
    stage: recipe.stage,
    parts,
    parameters: { trained: count(true), frozen: count(false) },
    records,
    tokens: {
      visual: passes.visual,
      text: records.text,
      step: { visual: globalBatch * passes.visual, text: Math.round(globalBatch * records.text) },
    },
    steps: { epoch, epochs, total: epoch * epochs },
    batch: { global: globalBatch, worldSize, local, microBatches },
    operations,
    seconds: { speed, step, total: step * epoch * epochs },
    memory: { ...stepMemory({}, local, held), checkpointing, activationsOtherwise: otherwise.activations },
    fit: fitOf({ ...held, memory, share: Math.ceil(globalBatch / worldSize) }),
  }
}
