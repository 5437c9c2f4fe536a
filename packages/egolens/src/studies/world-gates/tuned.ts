import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { autocast, F, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { type PlaceName, renderStills, vocabulary } from '@egolens/world'
import { loadClip } from '../../encoders/clip/load.js'
import { somePatches } from '../../encoders/clip/small/batches.js'
import { fitLabels, gatherLabelled, type LabelledPictures } from '../../encoders/clip/small/fit-labels.js'
import { uniform } from '../../encoders/clip/small/random.js'
import type { VisionTower } from '../../encoders/clip/vision.js'
import { visionTensors } from '../../encoders/clip/weights.js'
import type { ImageEncoder } from '../../encoders/types.js'
import { cropBox, xmicRule } from '../../hands/index.js'
import type { Progress } from '../../progress.js'
import { preprocessedPicture } from '../../video/index.js'

/** How the image tower is fitted to a place for the ceiling. */
export const tuning = {
  /** Worlds that no tree is drawn from: their participants and things are in neither split. */
  seed: 770_000,
  /** Many, since what a probe lacks most is instances of each kind. */
  participants: 600,
  actions: 15,
  frames: 5,
  /** Every so many frames the whole picture is learnt from as well. */
  wholeEvery: 3,
  /** The box around hands and what they touch is grown by up to this factor. */
  grow: 1.6,
  steps: 4500,
  batch: 128,
  lr: 4e-4,
  weightDecay: 0.05,
  warmup: 150,
  patchShare: 0.5,
  crop: 0.7,
}
export type Tuning = typeof tuning

export interface TuneOptions {
  /** The weights that are begun with. */
  clip: string
  /** Where the fitted tower is kept, so that it is fitted once. */
  dir: string
  progress: Progress
}

/**
 * The small CLIP's image tower, trained on with labels: frame by frame, a head for verbs and one for nouns, on fresh
 * pictures of a place by hundreds of participants. What a probe then reads from its features is how much of the labels
 * can be seen at all, which neither frozen features of another style nor the few instances of a tree can tell.
 */
export async function tuneEncoder(
  place: PlaceName,
  { clip, dir, progress, ...changes }: TuneOptions & Partial<Tuning>,
): Promise<ImageEncoder> {
  const settings = { ...tuning, ...changes }
  const model = await loadClip(clip)
  const { tower, preprocessing } = model.image
  const hash = `${model.hash} tuned ${place} ${JSON.stringify(settings)}`
  const path = join(dir, `encoder-${createHash('sha256').update(hash).digest('hex').slice(0, 12)}.safetensors`)
  const weights = visionTensors(tower.weights)
  if (existsSync(path)) {
    const before = safetensors.load(path)
    noGrad(() => scope(() => weights.forEach((weight, i) => void weight.copy_(before[i]!))))
  } else {
    const pictures = await gather(place, preprocessing, settings, progress)
    await fit(tower, pictures, place, settings, progress)
    await mkdir(dir, { recursive: true })
    safetensors.save(path, Object.fromEntries(weights.map((weight, i) => [i, weight])))
  }
  return {
    name: `${model.name}, tuned`,
    hash,
    width: model.image.width,
    preprocessing,
    tap: 'joint',
    encode: (pixels) => tower.encode(pixels),
  }
}

function gather(
  place: PlaceName,
  preprocessing: ImageEncoder['preprocessing'],
  { seed, participants, actions, frames, wholeEvery, grow }: Tuning,
  progress: Progress,
): Promise<LabelledPictures> {
  const random = uniform(seed)
  const total = Math.ceil(participants * actions * frames * (1 + 1 / wholeEvery))
  const made = function* () {
    let seen = 0
    for (const still of renderStills({ place, seed, participants, actions, frames })) {
      const box = cropBox(still.detections, { ...xmicRule, grow: 1 + random() * (grow - 1) })
      for (const crop of seen++ % wholeEvery === 0 ? [box, undefined] : [box]) {
        yield { ...still, rgb: preprocessedPicture(still, preprocessing, crop).rgb }
      }
    }
  }
  return gatherLabelled(made(), total, preprocessing.size, (done) =>
    progress({ task: 'pictures for the ceiling', done, total, unit: 'frames' }),
  )
}

/** Heads read features of length 8, whatever theirs is. */
async function fit(
  tower: VisionTower,
  pictures: LabelledPictures,
  place: PlaceName,
  { patchShare, ...settings }: Tuning,
  progress: Progress,
): Promise<void> {
  const { verbs, nouns } = vocabulary(place)
  const tuned = (pixels: Tensor, random: () => number) =>
    tower.pool(tower.run(somePatches(tower.embed(pixels), patchShare, random)))
  await fitLabels(
    pictures,
    { ...settings, mirror: true },
    {
      parameters: visionTensors(tower.weights),
      features: (pixels, random) =>
        F.normalize(autocast({ dtype: 'bfloat16' }, () => tuned(pixels, random)).float()).mul(8),
      width: tower.weights.projection.shape[0]!,
      classes: { verb: verbs.length, noun: nouns.length },
      task: 'tuning for the ceiling',
      progress,
    },
  )
}
