import type { LanguageConfig } from '../../mllm/index.js'
import type { VisionConfig } from '../../mllm/visual/index.js'
import type { StageName } from '../stages/index.js'

/** Mistral-7B-Instruct-v0.2, as its config.json has it. */
const mistral7b: LanguageConfig = {
  family: 'mistral',
  vocabulary: 32_000,
  width: 4096,
  layers: 32,
  hidden: 14_336,
  heads: 32,
  keyValueHeads: 8,
  headWidth: 128,
  eps: 1e-5,
  ropeTheta: 1e6,
  window: null,
  windowFrom: 0,
  context: 32_768,
  tiedHead: false,
  bias: false,
}

/** The image tower of CLIP ViT-L/14 at 336 pixels (Radford et al. 2021). */
const clipL336: VisionConfig = {
  width: 1024,
  layers: 24,
  heads: 16,
  hidden: 4096,
  activation: 'quick_gelu',
  eps: 1e-5,
  image: 336,
  patch: 14,
}

/** Language models that are known by name where their files are not there. */
export const publishedLanguages: Readonly<Record<string, LanguageConfig>> = {
  'mistralai/Mistral-7B-Instruct-v0.2': mistral7b,
  'DAMO-NLP-SG/VideoLLaMA2-7B-16F': mistral7b,
  'DAMO-NLP-SG/VideoLLaMA2-7B': mistral7b,
}

/** Image towers that are. */
export const publishedTowers: Readonly<Record<string, VisionConfig>> = {
  'openai/clip-vit-large-patch14-336': clipL336,
  'DAMO-NLP-SG/VideoLLaMA2-7B-16F': clipL336,
  'DAMO-NLP-SG/VideoLLaMA2-7B': clipL336,
}

/** Records of each stage (Exo2Ego, Table 1). */
export const publishedRecords: Readonly<Record<Exclude<StageName, 'initialization'>, number>> = {
  preparation: 1_100_000,
  guidance: 1_100_000,
  practice: 586_000,
}
export const publishedCaptions = { exo: 103_000_000, ego: 3_800_000 } as const
