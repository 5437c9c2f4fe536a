import type { LanguageConfig } from '../language/config.js'
import type { CorpusRequest } from './corpus.js'

/** How the embedded language model is made. Everything that decides its weights is here. */
export interface SmallLanguageRecipe {
  seed: number
  corpus: Omit<CorpusRequest, 'seed'>
  steps: number
  /** Texts a step. */
  batch: number
  lr: number
  warmup: number
  weightDecay: number
  /** Sizes, but for the vocabulary, which the texts decide. */
  config: Omit<LanguageConfig, 'vocabulary'>
}

/** The recipe of the committed weights: half an hour on two cores. */
export const smallRecipe: SmallLanguageRecipe = {
  seed: 20261129,
  corpus: { takes: 200, actions: 8 },
  steps: 2_500,
  batch: 32,
  lr: 2e-3,
  warmup: 100,
  weightDecay: 0.05,
  config: {
    family: 'mistral',
    width: 128,
    layers: 3,
    hidden: 352,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 32,
    eps: 1e-5,
    ropeTheta: 10_000,
    window: null,
    windowFrom: 0,
    context: 1024,
    tiedHead: true,
    bias: false,
  },
}

/** Fewer texts and steps: a minute or two, to see that all of it works. */
export const quickRecipe: SmallLanguageRecipe = {
  ...smallRecipe,
  corpus: { takes: 12, actions: 6 },
  steps: 60,
  batch: 16,
  warmup: 10,
  config: { ...smallRecipe.config, width: 64, layers: 2, hidden: 160, heads: 2, keyValueHeads: 1 },
}
