import { z } from 'zod'
import { contextOptions } from './context.js'
import { frameOptions } from './prompted-frames.js'
import { chunkOptions } from './prompted-texts.js'
import type { TrainingDefaults } from './types.js'

const presets = {
  'base-to-novel': { depth: 9, training: { epochs: 5, lr: 3.5e-3 } },
  'cross-dataset': { depth: 3, training: { epochs: 2, lr: 2.6e-3 } },
} as const

/** The recipe's `options` of MaPLe; what a preset decides is filled in. */
export const mapleOptions = z
  .strictObject({
    preset: z
      .enum(['base-to-novel', 'cross-dataset'])
      .default('base-to-novel')
      .describe('whose depth, learning rate and epochs: the two published settings'),
    prompts: z.int().min(1).default(2).describe('learned tokens of a layer in each tower'),
    depth: z.int().min(1).optional().describe('layers with prompts of their own; base-to-novel: 9, cross-dataset: 3'),
    init: z
      .enum(['phrase', 'random'])
      .default('phrase')
      .describe('how the first text prompts begin: as the first words of `phrase`, or N(0, 0.02^2) as the deeper do'),
    phrase: contextOptions.phrase,
    fullStop: z.boolean().default(false).describe('a full stop after the text, as the original has'),
    view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is seen'),
    frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame before the mean'),
    ...chunkOptions,
    ...frameOptions,
  })
  .transform((options) => ({ ...options, depth: options.depth ?? presets[options.preset].depth }))
export type MapleOptions = z.output<typeof mapleOptions>

/** The published runs: few passes over few images a class. */
export function mapleTraining({ preset }: MapleOptions): TrainingDefaults {
  return {
    optimizer: 'sgd',
    batch: 4,
    momentum: 0.9,
    weightDecay: 5e-4,
    schedule: 'cosine',
    warmupEpochs: 1,
    warmupLr: 1e-5,
    ...presets[preset].training,
  }
}
