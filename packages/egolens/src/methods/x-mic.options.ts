import { z } from 'zod'
import { metaNetKinds } from './meta-net.js'
import { overPreset } from './presets.js'
import { prompt } from './text.js'
import type { TrainingDefaults } from './types.js'

/** How the frames of the adapter path become one vector. */
export const poolings = ['space-time', 'space-joint', 'space', 'time', 'joint', 'mean', 'max'] as const

const view = z.enum(['full', 'hand'])

const shape = {
  preset: z.enum(['code', 'paper']).default('code').describe('where the paper and its code differ, whose values'),
  input: z.enum(['both', 'full', 'hand']).default('both').describe('adapter path: F, H or F+H (Table 4)'),
  classifyFeature: view.optional().describe('the view that is classified; paper: full, code: hand'),
  frameNorm: z.enum(['none', 'l2']).optional().describe('unit length for each classified frame; paper: l2, code: none'),
  norms: z
    .array(z.enum(['n1', 'n2', 'n3']))
    .default(['n1'])
    .describe('unit length for n1 adapter inputs, n2 the X-MIC-vector, n3 class vectors (Table 6)'),
  pooling: z.enum(poolings).default('space-time').describe('space-time is b_S then b_T (equations 2 and 3)'),
  spatialLayers: z.int().min(1).default(1).describe('blocks of b_S'),
  temporalLayers: z.int().min(1).default(2).describe('blocks of b_T'),
  heads: z.int().min(1).default(4).describe('attention heads of a block'),
  mlpRatio: z.number().positive().default(0.25).describe('hidden width of a block over its width'),
  metaNet: z.enum(metaNetKinds).optional().describe('map to the joint space; paper: none, code: mlp16'),
  lambda: z.number().optional().describe('weight of the X-MIC-vector; paper: 1, code: 2'),
  learnLambda: z.boolean().default(false).describe('train lambda, starting there'),
  logitScale: z.enum(['trainable', 'frozen']).default('trainable').describe('the softmax temperature of CLIP'),
  prompt: prompt.default('{}').describe('the sentence around a class name (Table 7)'),
}

/** The recipe's `options` of X-MIC; what a preset decides is filled in. */
export const xMicOptions = z.strictObject(shape).transform((options) => overPreset(presets[options.preset], options))
export type XMicOptions = z.output<typeof xMicOptions>

/** The paper's values (section 3.2), and those of its public code where the two differ. */
const presets = {
  paper: { classifyFeature: 'full', frameNorm: 'l2', metaNet: 'none', lambda: 1 },
  code: { classifyFeature: 'hand', frameNorm: 'none', metaNet: 'mlp16', lambda: 2 },
} as const

/** Section 4.2 of the paper, and the public code's configuration. */
export const xMicTraining: Record<XMicOptions['preset'], TrainingDefaults> = {
  paper: {
    epochs: 15,
    batch: 128,
    lr: 1e-6,
    betas: [0.9, 0.999],
    weightDecay: 0.01,
    schedule: 'constant',
    warmupEpochs: 0,
  },
  code: {
    epochs: 15,
    batch: 128,
    lr: 5e-4,
    betas: [0.9, 0.98],
    weightDecay: 0.01,
    schedule: 'constant',
    warmupEpochs: 5,
  },
}
