import type { ClipConfig } from '../config.js'

/** How the embedded CLIP is made. Everything that decides its weights is here. */
export interface SmallRecipe {
  seed: number
  /** Web-like pictures to learn from, and others that are only looked at in the end. */
  images: { train: number; test: number }
  steps: number
  batch: number
  lr: number
  warmup: number
  weightDecay: number
  /** Matrix products in bfloat16 (the weights stay float32). */
  bfloat16: boolean
  /** Share of the patches that a step sees (Li et al. 2023, FLIP): a cheaper step, and a mild augmentation. */
  patchShare: number
  /** Smallest side of a random crop, as a share of the picture. */
  crop: number
  /** Whether half of the batches are mirrored. */
  mirror: boolean
  /** Sizes of both towers, but for the vocabulary, which the world's words decide. */
  config: Omit<ClipConfig, 'text'> & { text: Omit<ClipConfig['text'], 'vocabulary'> }
}

const tower = { eps: 1e-5, activation: 'quick_gelu' as const }

/** The recipe of the committed weights: under an hour on two cores. */
export const smallRecipe: SmallRecipe = {
  seed: 20240607,
  images: { train: 24_000, test: 1_000 },
  steps: 3_000,
  batch: 128,
  lr: 1e-3,
  warmup: 100,
  weightDecay: 0.1,
  bfloat16: true,
  patchShare: 0.5,
  crop: 0.6,
  mirror: true,
  config: {
    // A patch grid of 8 x 8 can be halved twice, as Exo2Ego's mapping does.
    vision: { ...tower, width: 192, layers: 6, heads: 3, hidden: 768, image: 128, patch: 16 },
    text: { ...tower, width: 128, layers: 3, heads: 2, hidden: 512, context: 32 },
    width: 192,
  },
}

/** A smaller tower and fewer steps: some minutes, to see that all of it works. */
export const quickRecipe: SmallRecipe = {
  ...smallRecipe,
  images: { train: 8_000, test: 500 },
  steps: 450,
  batch: 128,
  warmup: 60,
  config: {
    ...smallRecipe.config,
    vision: { ...smallRecipe.config.vision, width: 128, layers: 4, heads: 2, hidden: 512 },
    text: { ...smallRecipe.config.text, layers: 2 },
    width: 128,
  },
}
