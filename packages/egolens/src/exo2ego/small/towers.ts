import { F } from '@egolens/torch'
import { renderStills, vocabulary } from '@egolens/world'
import { somePatches } from '../../encoders/clip/small/batches.js'
import {
  type FitSettings,
  fitLabels,
  gatherLabelled,
  type LabelledPictures,
} from '../../encoders/clip/small/fit-labels.js'
import type { Preprocessing } from '../../encoders/types.js'
import { type ClipVisionTower, padToSquare } from '../../mllm/visual/index.js'
import type { Progress } from '../../progress.js'
import { preprocessedPicture } from '../../video/index.js'
import type { View } from '../model/model.js'

/** The stills that the small towers are fitted to: people and things that no take and no tree shows. */
export const towerStills = { place: 'kitchen', seed: 900_000, participants: 500, actions: 15, frames: 5 } as const

export const towerFit = {
  seed: 1,
  /** That of the outside cameras goes on from the wearer's. */
  steps: { ego: 1600, exo: 900 },
  batch: 128,
  lr: 4e-4,
  weightDecay: 0.05,
  warmup: 100,
  crop: 0.75,
  // Captions tell the left hand from the right one.
  mirror: false,
  /** Of the patches, which makes a step twice as fast. */
  patchShare: 0.5,
}

export interface TowerFit {
  view: View
  stills?: { seed: number; participants: number; actions: number; frames: number }
  fit?: Omit<FitSettings, 'steps'> & { steps: Record<View, number>; patchShare: number }
  progress: Progress
}

/**
 * Fits an image tower to the small world's kitchen: whole frames of one view, from which the mean of the patch tokens is
 * to tell verb and noun. The embedded CLIP, which web pictures have taught, sees too little in such frames for captions to
 * teach it the rest with as few clips as there are here.
 *
 * @example await fitTower(model.need('ego'), preprocessing, { view: 'ego', progress })
 */
export async function fitTower(
  tower: ClipVisionTower,
  preprocessing: Preprocessing,
  { view, stills = towerStills, fit: { patchShare, steps, ...settings } = towerFit, progress }: TowerFit,
): Promise<void> {
  const pictures = await gather(preprocessing, { ...stills, view }, progress)
  const { verbs, nouns } = vocabulary(towerStills.place)
  await fitLabels(
    pictures,
    { ...settings, steps: steps[view] },
    {
      parameters: tower.parameters(),
      features: (pixels, random) => {
        const tokens = somePatches(tower.embed(pixels), patchShare, random)
        const seen = tower.patches(tower.layers.reduce((x, layer) => layer.forward(x), tokens)).mean(1)
        return F.layerNorm(seen, [tower.config.width])
      },
      width: tower.config.width,
      classes: { verb: verbs.length, noun: nouns.length },
      task: `${view} tower`,
      progress,
    },
  )
}

function gather(
  preprocessing: Preprocessing,
  options: { seed: number; participants: number; actions: number; frames: number; view: View },
  progress: Progress,
): Promise<LabelledPictures> {
  const { size, mean } = preprocessing
  const total = options.participants * options.actions * options.frames
  const made = function* () {
    for (const still of renderStills({ place: towerStills.place, ...options })) {
      yield { ...still, rgb: preprocessedPicture(padToSquare(still, mean), preprocessing).rgb }
    }
  }
  return gatherLabelled(made(), total, size, (done) =>
    progress({ task: `stills, ${options.view}`, done, total, unit: 'frames' }),
  )
}
