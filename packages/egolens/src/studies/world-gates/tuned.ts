import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { autocast, F, Generator, nn, noGrad, optim, safetensors, scope, type Tensor, tensor } from '@egolens/torch'
import { type PlaceName, renderStills, vocabulary } from '@egolens/world'
import { loadClip } from '../../encoders/clip/load.js'
import { type Pictures, pixelBatch, somePatches } from '../../encoders/clip/small/batches.js'
import { toPlanes } from '../../encoders/clip/small/images.js'
import { permutation, uniform } from '../../encoders/clip/small/random.js'
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

/** Pictures with their labels, in memory. */
interface Labelled extends Pictures {
  verbs: number[]
  nouns: number[]
}

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

async function gather(
  place: PlaceName,
  preprocessing: ImageEncoder['preprocessing'],
  { seed, participants, actions, frames, wholeEvery, grow }: Tuning,
  progress: Progress,
): Promise<Labelled> {
  const { size: side } = preprocessing
  const bytes = 3 * side * side
  const random = uniform(seed)
  const total = participants * actions * frames
  const planes = new Uint8Array(Math.ceil(total * (1 + 1 / wholeEvery)) * bytes)
  const [verbs, nouns]: [number[], number[]] = [[], []]
  let seen = 0
  for (const still of renderStills({ place, seed, participants, actions, frames })) {
    const box = cropBox(still.detections, { ...xmicRule, grow: 1 + random() * (grow - 1) })
    for (const crop of seen++ % wholeEvery === 0 ? [box, undefined] : [box]) {
      const { rgb } = preprocessedPicture(still, preprocessing, crop)
      toPlanes(rgb, planes.subarray(verbs.length * bytes, (verbs.length + 1) * bytes))
      verbs.push(still.verb)
      nouns.push(still.noun)
    }
    if (seen % 100 > 0) continue
    progress({ task: 'pictures for the ceiling', done: seen, total, unit: 'frames' })
    await new Promise(setImmediate)
  }
  return { side, planes: (i) => planes.subarray(i * bytes, (i + 1) * bytes), verbs, nouns }
}

async function fit(
  tower: VisionTower,
  pictures: Labelled,
  place: PlaceName,
  { seed, steps, batch, lr, weightDecay, warmup, patchShare, crop }: Tuning,
  progress: Progress,
): Promise<void> {
  const generator = new Generator(seed)
  const width = tower.weights.projection.shape[0]!
  const { verbs, nouns } = vocabulary(place)
  const heads = {
    verb: new nn.Linear(width, verbs.length, { generator }),
    noun: new nn.Linear(width, nouns.length, { generator }),
  }
  const weights = visionTensors(tower.weights)
  for (const weight of weights) weight.requiresGrad_(true)
  const parameters = [...weights, ...heads.verb.parameters(), ...heads.noun.parameters()]
  const optimizer = new optim.AdamW(parameters, { lr, weightDecay })
  const schedule = optim.warmupCosine({ warmup, total: steps, min: 0.01 })
  const random = uniform(seed)
  const count = pictures.verbs.length
  let order = permutation(count, random)
  let next = 0
  const right = { verb: 0, noun: 0 }
  for (let step = 0; step < steps; step++) {
    if (next + batch > count) {
      order = permutation(count, random)
      next = 0
    }
    const picked = order.subarray(next, next + batch)
    next += batch
    for (const group of optimizer.groups) group.lr = lr * schedule(step)
    scope(() => {
      const x = pixelBatch(pictures, picked, { crop, mirror: true, random })
      const features = autocast({ dtype: 'bfloat16' }, () =>
        tower.pool(tower.run(somePatches(tower.embed(x), patchShare, random))),
      )
      const unit = F.normalize(features.float()).mul(8)
      const [verb, noun] = [heads.verb.forward(unit), heads.noun.forward(unit)]
      const targets = { verb: labelsOf(pictures.verbs, picked), noun: labelsOf(pictures.nouns, picked) }
      const loss = F.crossEntropy(noun, targets.noun, { labelSmoothing: 0.1 }).add(
        F.crossEntropy(verb, targets.verb, { labelSmoothing: 0.1 }),
      )
      optimizer.zeroGrad()
      loss.backward()
      optim.clipGradNorm(parameters, 1)
      optimizer.step()
      right.verb += 0.02 * (share(verb, targets.verb) - right.verb)
      right.noun += 0.02 * (share(noun, targets.noun) - right.noun)
    })
    const note = `of pictures right: verb ${percent(right.verb)}, noun ${percent(right.noun)}`
    progress({ task: 'tuning for the ceiling', done: step + 1, total: steps, unit: 'steps', note })
    await new Promise(setImmediate)
  }
  for (const weight of weights) weight.requiresGrad_(false)
  optimizer.dispose()
  heads.verb.dispose()
  heads.noun.dispose()
}

const percent = (share: number) => `${Math.round(100 * share)} %`

const share = (logits: Tensor, target: Tensor) => logits.argmax(1).eq(target).float().mean().item()

function labelsOf(labels: number[], picked: Uint32Array): Tensor {
  return tensor(
    Array.from(picked, (i) => labels[i]!),
    { dtype: 'int64' },
  )
}
