import { z } from 'zod'
import { connectorOptions } from '../mllm/visual/index.js'
import { guidanceOptions } from './losses/index.js'
import { mappingOptions } from './mapping/index.js'
import { type PartName, partNames, stageNames } from './stages/index.js'

const lora = z.strictObject({
  r: z.int().min(1).default(128).describe('rank'),
  alpha: z.number().positive().default(256).describe('the change is multiplied by alpha / r'),
  dropout: z.number().min(0).lt(1).default(0.1).describe('of what goes into A'),
})

const model = z.strictObject({
  base: z.string().optional().describe('a VideoLLaMA2 checkpoint: language model, image towers and connector of it'),
  llm: z.string().optional().describe('the language model: base, if not said, else small'),
  vision: z.string().optional().describe('what both image towers begin with: base, if not said, else small'),
  selectLayer: z.int().default(-2).describe('whose patch tokens are taken, from the end'),
  frames: z.int().min(1).default(16).describe('frames of a clip'),
  short: z
    .enum(['repeat', 'pad', 'refuse'])
    .default('repeat')
    .describe('of a clip with fewer: some frames again, black ones behind, or an error'),
  connector: connectorOptions.prefault({}).describe('those of base where it is named'),
  sharedConnector: z.boolean().default(true).describe('one connector for x and F(x), or one each'),
  mapping: mappingOptions.prefault({}),
  guidance: z
    .enum(['mapped', 'real', 'mix'])
    .default('mapped')
    .describe('what the language model sees beside x: F(x), or in guidance y, or either by chance'),
  concat: z.enum(['token', 'channel', 'mean', 'none']).default('token').describe('how the two are put together'),
  blind: z
    .boolean()
    .default(false)
    .describe('practice: the language model sees no video, to know what text alone gives'),
  lora: lora.prefault({}),
  system: z.string().default('').describe('said before every question; nothing where empty'),
})

const trains = z
  .strictObject(
    Object.fromEntries(partNames.map((part) => [part, z.boolean().optional()])) as Record<
      PartName,
      z.ZodOptional<z.ZodBoolean>
    >,
  )
  .describe('parts that are trained; what the stage trains, if not said')

const data = z.strictObject({
  train: z.string().describe('JSONL of the records that the stage takes'),
  root: z.string().optional().describe('folder that media paths start from; that of the file, if not said'),
  limit: z.int().min(1).optional().describe('only the first so many records'),
  view: z.enum(['ego', 'exo']).optional().describe('whose encoder initialization trains'),
  captions: z
    .enum(['ego', 'exo'])
    .optional()
    .describe(
      'initialization: whose captions of Table 1 they are, for a plan without the file; those of view, if not said',
    ),
})

const training = z.strictObject({
  epochs: z.int().min(1),
  globalBatch: z.int().min(1).describe('records a step, over all processes'),
  localBatch: z.int().min(1).default(8).describe('records that go through the model together, at most'),
  lr: z.number().positive(),
  warmup: z.number().min(0).max(1).describe('share of the steps in which the rate rises'),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).default([0.9, 0.999]),
  weightDecay: z.number().min(0).default(0.02),
  clipNorm: z.number().positive().optional(),
  precision: z.enum(['float32', 'bfloat16']).default('bfloat16'),
  checkpointing: z.boolean().default(true).describe('keep what passes between blocks, compute the rest twice'),
  seed: z.int().min(0).default(1),
  saveEvery: z.int().min(1).optional().describe('steps between checkpoints, besides one at each epoch'),
  keep: z.int().min(1).default(2).describe('checkpoints that are kept'),
  maxLength: z
    .int()
    .min(1)
    .optional()
    .describe('most tokens of a text with its visual tokens; the positions of the language model, if not said'),
})

/** A recipe of one stage as it is written. Table 14 fills in what is left out of `training`. */
export const stageRecipeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'letters, digits, dots, dashes')
    .describe('the run in tables and file names'),
  stage: z.enum(stageNames),
  from: z.string().optional().describe('the run of the stage before; its parts are where this one begins'),
  model: model.prefault({}),
  train: trains.prefault({}),
  losses: guidanceOptions.prefault({}).describe('of guidance'),
  data,
  training: training.partial({ epochs: true, globalBatch: true, lr: true, warmup: true }).prefault({}),
})

export const resolvedStageSchema = stageRecipeSchema.extend({ training })

export type StageRecipeInput = z.input<typeof stageRecipeSchema>
export type StageRecipe = z.output<typeof resolvedStageSchema>
export type ModelOptions = z.output<typeof model>
