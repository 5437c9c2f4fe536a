import type { Generator, nn, Tensor } from '@egolens/torch'
import type { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import type { ImageEncoder, TextEncoder } from '../encoders/types.js'
import type { View } from '../features/types.js'

/** The frozen models that a method stands on. */
export interface Backbone {
  image: ImageEncoder
  text: TextEncoder
  /** The trained logit scale as a logarithm: ln 100 in published CLIP weights. */
  logitScale: number
  /** The encoder of the adapter path (X-MIC's V_II); the image encoder itself unless the recipe names another. */
  context: ImageEncoder
}

/** What a method asks of the loader. */
export interface Needs {
  /** What of the classified views: the image encoder's features, or the frames that it would see. */
  clip: 'features' | 'pixels'
  /** Views of the image encoder, for the path that is classified. */
  views: View[]
  /** Views of the context encoder, for the adapter path. */
  context: View[]
  text: 'embeddings' | 'tokens'
  /** Frames a clip. */
  frames: number
}

/** B clips of N frames. Tensors that the method did not ask for are absent. */
export interface Batch {
  /** The clips' ids, for errors and result files. */
  ids: string[]
  /** [B, N, D] of the image encoder, raw. */
  features: Partial<Record<View, Tensor>>
  /** [B, N, d] of the context encoder, raw. */
  context: Partial<Record<View, Tensor>>
  /** [B, N, 3, S, S] as the image encoder takes them, normalised. */
  pixels: Partial<Record<View, Tensor>>
  /** [B] int64; -1 where a clip has no label of this component that is learned from. */
  labels: Partial<Record<Component, Tensor>>
}

export interface Output {
  /** [B, K] of each component, scaled. */
  logits: Partial<Record<Component, Tensor>>
  /** Extra losses by name, already weighted. */
  aux?: Record<string, Tensor>
}

/** A part of training with its own trainable set. Warm-up and schedule begin anew in each. */
export interface Stage {
  name: string
  /** Its part of the recipe's epochs, against the other stages' shares: 1 and 1 are half and half. */
  share: number
  /** Learning-rate scale by parameter name; 0 freezes: no gradient is computed, nothing decays. */
  scale(parameter: string): number
}

/**
 * A way to recognise actions with frozen models. X-MIC works on cached features and cached class texts, CoOp on
 * tokens, Vita-CLIP on pixels: a method says what it needs, the loader and the loop do the rest.
 */
export interface Method<Classes = unknown> {
  name: string
  needs: Needs
  components: Component[]
  /** False when what is learned belongs to the training classes alone (class-specific contexts). */
  transfersToNewLabels: boolean
  /** Everything that is trained; its state dict is the checkpoint. Empty for zero-shot. */
  module: nn.Module
  /** In order; a method without any trains everything from the first epoch to the last. */
  stages?: Stage[]
  /**
   * A stage begins, or a run goes on within it: `forward`, `classes` and `classesTrain` are those of this stage from
   * now on. What a stage learns or counts is kept in parameters and buffers, so that a resumed run has it. A method
   * that was never told is in its last stage, as an adapter is scored.
   */
  enter?(stage: string): void
  /** True while `classes` depends on what trains, so that it must be called in every step; a stage may change it. */
  readonly classesTrain: boolean
  /** Called once a label set and stage, or once a step while text prompts train. */
  classes(labels: LabelSets): Classes
  forward(batch: Batch, classes: Classes): Output
  /** Default: the sum of cross-entropies over components, and of `aux`. */
  loss?(output: Output, batch: Batch): Tensor
  /**
   * Instead of `loss.backward()`, for a method that computes a part a second time to save memory: gradients of all
   * parameters are there when it returns.
   */
  backward?(loss: Tensor): void
  /** Figures for the log, such as usage entropy. */
  diagnostics?(): Record<string, number>
}

/** What a method is made for. */
export interface Setting {
  backbone: Backbone
  components: Component[]
  /** Seeds every initial value. */
  generator: Generator
  /** Frames a clip. */
  frames: number
  /** The training classes; only a method that does not transfer to new labels needs them here. */
  labels?: LabelSets
}

/** Training values that a method's paper or code names; a recipe's own values come before them. */
export interface TrainingDefaults {
  optimizer?: 'adamw' | 'sgd'
  epochs?: number
  batch?: number
  /** Frames a clip. */
  frames?: number
  lr?: number
  betas?: [number, number]
  momentum?: number
  weightDecay?: number
  schedule?: 'constant' | 'cosine' | 'cosine-restarts'
  restartEvery?: number
  lrFloor?: number
  warmupEpochs?: number
  warmupLr?: number
}

/** One file a method, one line in `registry.ts`. */
export interface MethodDefinition<Options = unknown> {
  name: string
  /** Its row in a table: "X-MIC". */
  label: string
  title: string
  /** Where the method is published. */
  paper: string
  options: z.ZodType<Options>
  /** The published training values for these options. */
  training?(options: Options): TrainingDefaults
  /** The key of a recipe that ties it to its training classes, and why; nothing where it scores other classes too. */
  tiedBy?(options: Options): { key: string; why: string } | undefined
  create(options: Options, setting: Setting): Method
}
