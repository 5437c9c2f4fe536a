import type { Skipped } from './checkpoint.js'

/** What a training run says at its end. */
export interface RunSummary {
  dir: string
  name: string
  method: string
  /** Trained numbers. */
  parameters: number
  /** The most bytes of tensors at one time while it trained, frozen weights and features of clips included. */
  peakBytes?: number
  /** Optimiser steps and seconds of training, over all sittings. */
  steps: number
  seconds: number
  /** The same of processors, all threads together: what other work on the machine changes little. */
  processorSeconds?: number | undefined
  clips: number
  /** Clips that were left out since they lack a label. */
  unlabelled: number
  /** What a protocol did with clips and labels, by name. */
  counts?: Record<string, number>
  /** The epoch that was kept; absent where nothing is trained. */
  epoch?: number
  resumedFrom?: number
  /** What is odd in the training data, such as videos that are in train and in test. */
  warnings: string[]
  /** Checkpoints that were passed over when the run was resumed, and why. */
  skipped: Skipped[]
}
