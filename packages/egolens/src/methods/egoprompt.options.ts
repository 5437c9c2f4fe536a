import { z } from 'zod'
import { classTextOptions } from './class-texts.js'
import { contextOptions } from './context.js'
import { temporalOptions } from './temporal.js'
import type { TrainingDefaults } from './types.js'

const weight = (value: number) => z.number().min(0).default(value)
const temperature = z.number().positive().default(0.1)

const shape = {
  input: z.enum(['full', 'hand', 'both']).default('full').describe('frames F; both: hand, full, hand, full, ...'),
  frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame'),

  ...contextOptions,
  contextTokens: z.int().min(1).default(16).describe('vectors of a component prompt P_c'),
  init: z.enum(['random', 'phrase']).default('random').describe('how they begin: N(0, 0.02^2), or as words'),
  classToken: z.enum(['end', 'middle', 'front']).default('end').describe('where the class name stands among them'),
  ...temporalOptions,
  ...classTextOptions,

  stages: z
    .enum(['two', 'joint', 'first'])
    .default('two')
    .describe('joint: everything at once; first: component prompts and video heads alone'),
  firstShare: z.number().gt(0).lt(1).default(0.5).describe('part of the epochs that the first of two stages takes'),
  promptScale: weight(0).describe('learning-rate scale of P_c in the second stage; 0 freezes them'),
  headScale: weight(0.1).describe('the same of A_c'),

  pool: z.boolean().default(true).describe('the Unified Prompt Pool; without, components meet by attention alone'),
  poolSize: z.int().min(2).default(32).describe('prompt pairs M'),
  topN: z.int().min(1).default(4).describe('pairs N that a component representation is decomposed into'),
  promptLength: z.int().min(1).default(4).describe('vectors L_p of a prompt'),
  pair: z
    .enum(['key_value', 'verb_noun'])
    .default('key_value')
    .describe('what a pair is: a key with one prompt, or two'),
  keyInit: z.enum(['normal', 'orthogonal', 'kmeans']).default('normal').describe('what the keys begin as'),
  query: z
    .enum(['shared', 'own', 'none'])
    .default('shared')
    .describe('W_q, which begins as the identity: one for both components, one each, or the identity for good'),
  types: z.boolean().default(true).describe('type_c, added to a prompt to say for which component it stands'),
  poolTemperature: temperature.describe('tau_p of the weights of the chosen pairs'),

  interaction: z.boolean().default(true).describe('attention across components; without, patterns are only averaged'),
  attendTo: z.enum(['both', 'other']).default('both').describe('whose tokens a component attends to'),
  attention: z.enum(['cross', 'self']).default('cross').describe('queries are the components, or every token'),
  fusionHeads: z.int().min(1).default(8).describe('its attention heads'),
  ffn: z.boolean().default(false).describe('an MLP after the attention'),
  weigh: z.enum(['after_norm', 'before_norm']).default('after_norm').describe('where the weights meet the patterns'),
  gammaInit: z.number().default(0).describe('strength of the fused patterns as the second stage begins'),
  inject: z.enum(['video', 'text', 'both']).default('video').describe('what the fused patterns are added to'),

  freq: z.enum(['kl', 'l2', 'l2p', 'none']).default('kl').describe('Prompt Selection Frequency Regularization'),
  freqTemperature: temperature.describe('tau_f of the soft selection that is regularised'),
  freqWeight: weight(0.1).describe('weight of its loss; l2p has none'),
  penalty: weight(0.1).describe('beta: what frequent pairs lose in training-time selection; kl and l2'),
  decay: z.number().min(0).lt(1).default(0.99).describe('of the running selection frequency'),
  orthWeight: weight(0.1).describe('Prompt Knowledge Orthogonalization; 0 is off'),
  orthOn: z.enum(['both', 'keys', 'prompts']).default('both').describe('rows that it holds apart'),
  pullWeight: weight(0.1).describe('chosen keys towards their queries; 0 is off'),
  pullTo: z.enum(['keys', 'both']).default('keys').describe('whether the queries are pulled too'),

  logitScale: z.enum(['frozen', 'trainable']).default('frozen').describe("the softmax temperature s, CLIP's at first"),
}

/** The recipe's `options` of EgoPrompt; defaults are the reconstruction that docs/egoprompt.md describes. */
export const egoPromptOptions = z
  .strictObject(shape)
  .refine(({ topN, poolSize }) => topN <= poolSize, { path: ['topN'], error: 'no more pairs than the pool has' })
  .refine(({ pool, interaction, stages }) => pool || interaction || stages === 'first', {
    path: ['stages'],
    error: 'without pool and interaction there is only the first stage: set stages to first',
  })
export type EgoPromptOptions = z.output<typeof egoPromptOptions>

/** X-MIC's values, for two stages of 15 epochs; the abstract names none. */
export const egoPromptTraining: TrainingDefaults = {
  epochs: 30,
  batch: 128,
  lr: 5e-4,
  betas: [0.9, 0.98],
  weightDecay: 0.01,
  schedule: 'constant',
  warmupEpochs: 5,
}
