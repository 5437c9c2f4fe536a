import { z } from 'zod'
import { classTextOptions } from './class-texts.js'
import { frameOptions } from './prompted-frames.js'
import type { TrainingDefaults } from './types.js'

/** The recipe's `options` of Vita-CLIP. */
export const vitaClipOptions = z.strictObject({
  view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is seen'),
  globalPrompts: z.int().min(0).default(8).describe('learned tokens of a layer that all frames see'),
  localPrompts: z.boolean().default(true).describe('a learned token a frame of the clip, which all its frames see'),
  summary: z.boolean().default(true).describe('a token that says what the frames have seen so far'),
  summaryHeads: z.int().min(1).optional().describe("heads of the attention between frames; the tower's, width / 64"),
  timeEmbedding: z.boolean().default(true).describe('a learned vector a frame, added to its tokens'),
  trainProjection: z
    .boolean()
    .default(false)
    .describe('train the map of class tokens, which the original leaves at its random values'),
  textVectors: z.int().min(1).default(8).describe('learned vectors in every class text: 8, or 16'),
  classToken: z.enum(['end', 'middle', 'front']).default('end').describe('where the class name stands'),
  classSpecific: z.boolean().default(false).describe('own vectors for each class; they belong to the training classes'),
  fullStop: z.boolean().default(false).describe('a full stop after the text, as the original has'),
  temperature: z
    .union([z.number().positive(), z.literal('clip')])
    .default(0.07)
    .describe("the logit scale begins at 1 / temperature, or at CLIP's own"),
  logitScale: z.enum(['trainable', 'frozen']).default('trainable').describe('whether that is trained'),
  ...classTextOptions,
  ...frameOptions,
})
export type VitaClipOptions = z.output<typeof vitaClipOptions>

/**
 * The published run on Kinetics-400: 30,000 steps of 256 clips. They are 32 passes over its some 240,000 training clips,
 * so 32 epochs here, whatever the data; EPIC-KITCHENS-100 would need 114 for as many steps.
 */
export const vitaClipTraining: TrainingDefaults = {
  optimizer: 'adamw',
  epochs: 32,
  batch: 256,
  frames: 8,
  lr: 4e-4,
  weightDecay: 0.05,
  schedule: 'cosine',
  warmupEpochs: 0,
}
