// The library: what the command line does is here as functions and types, in the order that data takes.
export * from './audit/index.js'
export { type DemoOutcome, runDemo } from './cli/demo/index.js'
export { examine } from './cli/doctor/examine.js'
export type { Finding } from './cli/doctor/finding.js'
export * from './datasets/index.js'
export * from './encoders/index.js'
export { EgoLensError, nearest } from './errors.js'
export * from './evaluation/index.js'
export * from './exo2ego/ask/index.js'
export * from './exo2ego/data/index.js'
export * from './exo2ego/index.js'
export * from './exo2ego/losses/index.js'
export * from './exo2ego/mapping/index.js'
export * from './features/index.js'
export * from './hands/index.js'
export { createMethod, methodNamed, methods, registerMethod } from './methods/registry.js'
export type { Backbone, Batch, Method, MethodDefinition, Needs, Output, Setting, Stage } from './methods/types.js'
export {
  type AskOptions,
  applyLora,
  type CandidateScore,
  CausalLM,
  Conversation,
  chatMlTemplate,
  type GenerationOptions,
  generate as generateText,
  joinVisuals,
  KeyValueCache,
  type LanguageConfig,
  LanguageTokenizer,
  Lora,
  loadCausalLM,
  loadLanguageTokenizer,
  loadLora,
  type Message as ChatMessage,
  mistralTemplate,
  nextTokenLoss,
  plainTemplate,
  type Reply,
  saveCausalLM,
  saveLora,
  scoreCandidates,
  streamText,
  tokenisePrompt,
} from './mllm/index.js'
export {
  ClipVisionTower,
  type ConnectorOptions,
  loadConnector,
  loadVideoPixels,
  loadVisionTower,
  type ShortClips,
  StcConnector,
  type VideoPixels as ClipPixels,
  visualTokens,
} from './mllm/visual/index.js'
export { type Progress, type ProgressEvent, silent } from './progress.js'
export { calibrateRuns } from './recognition/calibrate-runs.js'
export { type HeldOut, heldOutVideos } from './recognition/held-out.js'
export type { ScoreOptions as WindowScoreOptions } from './recognition/index.js'
export * from './recognition/index.js'
export { readLabelFile } from './recognition/label-file.js'
export { Recogniser, type RecogniserOptions, type WorkOptions } from './recognition/recogniser.js'
export type { HandChoice } from './recognition/recogniser.models.js'
export * from './report/index.js'
export {
  type Budget,
  budgetOf,
  runComparison,
  runStudy,
  type Study,
  type StudyOptions,
  type StudyOutcome,
  type StudyPlace,
  type StudyRow,
  studies,
} from './studies/comparison/index.js'
export {
  type RecognitionStudyOptions,
  type RecognitionStudyOutcome,
  runRecognitionStudy,
} from './studies/recognition/index.js'
export { type RecipeTableOptions, tableOfRecipes, tableOfResults } from './studies/tables/index.js'
export { type CheckOptions, checkWorld, type Gate, type GateName } from './studies/world-gates/index.js'
export type { ScoreOptions } from './training/index.js'
export * from './training/index.js'
export * from './video/index.js'
export * from './weights/index.js'
