import { F, Generator, nn, optim, scope, type Tensor, tensor } from '@egolens/torch'
import type { Progress } from '../../../progress.js'
import { type Augmentation, type Pictures, pixelBatch } from './batches.js'
import { toPlanes } from './images.js'
import { permutation, uniform } from './random.js'

/** Pictures in memory, each with a class of every kind. */
export interface LabelledPictures extends Pictures {
  labels: Record<string, number[]>
}

/** A picture as the tower sees it, with its labels. */
export interface LabelledPicture {
  /** RGB rows of a square. */
  rgb: Uint8Array
  verb: number
  noun: number
}

/**
 * Gathers pictures with verb and noun into one block of memory.
 *
 * @param room pictures that there may be at most
 * @param tell how many there are, each hundred
 */
export async function gatherLabelled(
  made: Iterable<LabelledPicture>,
  room: number,
  side: number,
  tell: (done: number) => void,
): Promise<LabelledPictures> {
  const bytes = 3 * side * side
  const all = new Uint8Array(room * bytes)
  const planes = (i: number) => all.subarray(i * bytes, (i + 1) * bytes)
  const [verb, noun]: [number[], number[]] = [[], []]
  for (const picture of made) {
    toPlanes(picture.rgb, planes(verb.length))
    verb.push(picture.verb)
    noun.push(picture.noun)
    if (verb.length % 100 > 0) continue
    tell(verb.length)
    await new Promise(setImmediate)
  }
  return { side, planes, labels: { verb, noun } }
}

export interface FitSettings {
  seed: number
  steps: number
  batch: number
  lr: number
  weightDecay: number
  warmup: number
  /** Smallest side of the random crop, as a share of the picture. */
  crop: number
  /** Whether half of the batches are mirrored: not where left and right are told apart. */
  mirror: boolean
}

export interface FittedBy {
  /** What learns, beside a linear head for each kind of class. */
  parameters: Tensor[]
  /** Pixels [B, 3, S, S] -> what the heads read [B, width]. */
  features: (pixels: Tensor, random: () => number) => Tensor
  width: number
  /** How many classes each kind has. */
  classes: Record<string, number>
  /** What the work is called. */
  task: string
  progress: Progress
}

/**
 * Trains networks to tell classes from single pictures: AdamW, labels smoothed by 0.1, the losses of all kinds added. The
 * heads are thrown away.
 *
 * @example
 * const features = (pixels: Tensor) => tower.patches(tower.forward(pixels)).mean(1)
 * await fitLabels(pictures, settings, { parameters: tower.parameters(), features, width: 192, classes: { noun: 38 }, task, progress })
 */
export async function fitLabels(pictures: LabelledPictures, settings: FitSettings, by: FittedBy): Promise<void> {
  const { seed, steps, batch, lr, weightDecay, warmup, crop, mirror } = settings
  const generator = new Generator(seed)
  const kinds = Object.entries(by.classes).map(([kind, count]) => ({
    kind,
    head: new nn.Linear(by.width, count, { generator }),
    labels: pictures.labels[kind]!,
    right: 0,
  }))
  for (const parameter of by.parameters) parameter.requiresGrad_(true)
  const parameters = [...by.parameters, ...kinds.flatMap(({ head }) => head.parameters())]
  const optimizer = new optim.AdamW(parameters, { lr, weightDecay })
  const schedule = optim.warmupCosine({ warmup, total: steps, min: 0.01 })
  const random = uniform(seed)
  const augmentation: Augmentation = { crop, mirror, random }
  const next = batches(kinds[0]!.labels.length, batch, random)
  for (let step = 0; step < steps; step++) {
    const picked = next()
    for (const group of optimizer.groups) group.lr = lr * schedule(step)
    scope(() => {
      const features = by.features(pixelBatch(pictures, picked, augmentation), random)
      const losses = kinds.map((one) => {
        const target = targetsOf(one.labels, picked)
        const logits = one.head.forward(features)
        one.right += 0.02 * (logits.argmax(1).eq(target).float().mean().item() - one.right)
        return F.crossEntropy(logits, target, { labelSmoothing: 0.1 })
      })
      optimizer.zeroGrad()
      losses.reduce((sum, loss) => sum.add(loss)).backward()
      optim.clipGradNorm(parameters, 1)
      optimizer.step()
    })
    const shares = kinds.map(({ kind, right }) => `${kind} ${Math.round(100 * right)} %`)
    by.progress({ task: by.task, done: step + 1, total: steps, unit: 'steps', note: `right: ${shares.join(', ')}` })
    await new Promise(setImmediate)
  }
  for (const parameter of by.parameters) parameter.requiresGrad_(false)
  optimizer.dispose()
  for (const { head } of kinds) head.dispose()
}

/** Numbers of the next batch, in an order that is drawn anew when too few are left. */
function batches(count: number, batch: number, random: () => number): () => Uint32Array {
  let order = permutation(count, random)
  let at = 0
  return () => {
    if (at + batch > count) {
      order = permutation(count, random)
      at = 0
    }
    at += batch
    return order.subarray(at - batch, at)
  }
}

const targetsOf = (labels: readonly number[], picked: Uint32Array): Tensor =>
  tensor(
    Array.from(picked, (i) => labels[i]!),
    { dtype: 'int64' },
  )
