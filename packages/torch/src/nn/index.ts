export { GELU, LeakyReLU, QuickGELU, ReLU, Sigmoid, SiLU, Tanh } from './activation.js'
export { type AttentionMasks, type AttentionOptions, MultiheadAttention } from './attention.js'
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions, InstanceNorm1d, InstanceNorm2d } from './batch-norm.js'
export { type CheckpointedRun, type CheckpointOptions, checkpointSequential } from './checkpointing.js'
export { Identity, ModuleList, Sequential } from './containers.js'
export {
  Conv1d,
  Conv2d,
  Conv3d,
  type ConvOptions,
  ConvTranspose2d,
  type ConvTransposeOptions,
  type Size,
} from './conv.js'
export { Dropout } from './dropout.js'
export { Embedding } from './embedding.js'
export * as init from './init.js'
export { Linear, type LinearOptions } from './linear.js'
export { type Layer, Module } from './module.js'
export { GroupNorm, LayerNorm, LayerNorm2d, type NormOptions, RMSNorm } from './normalization.js'
export type { LayerOptions } from './options.js'
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, type PoolOptions, ReflectionPad2d } from './spatial.js'
export type { LoadReport, LoadStateOptions } from './state-dict.js'
