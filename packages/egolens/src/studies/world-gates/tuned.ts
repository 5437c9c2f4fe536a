import {
  autocast,
  cat,
  F,
  fromTypedArray,
  Generator,
  nn,
  noGrad,
  optim,
  scope,
  type Tensor,
  tensor,
} from '@egolens/torch'
import type { Clip } from '../../datasets/types.js'
import { loadClip } from '../../encoders/clip/load.js'
import type { VisionTower } from '../../encoders/clip/vision.js'
import { visionTensors } from '../../encoders/clip/weights.js'
import type { ImageEncoder } from '../../encoders/types.js'
import type { CropProvider } from '../../features/crops.js'
import { gridSteps } from '../../features/grid.js'
import { groupBySource } from '../../features/work.js'
import type { Progress } from '../../progress.js'
import { random, shuffled } from '../../training/random.js'
import { type Frame, frames, preprocess } from '../../video/index.js'

/** How the image tower is fitted to a place for the ceiling. */
const tuning = { framesPerClip: 6, epochs: 8, batch: 64, lr: 5e-4, weightDecay: 0.05, warmup: 0.1, seed: 1 }

/** Pictures in memory with their labels: hand crops and, for every fourth frame, the whole frame too. */
interface Pictures {
  /** [N, 3, S, S] float16, normalised. */
  pixels: Tensor
  verbs: number[]
  nouns: number[]
}

/**
 * The small CLIP's image tower, trained on with the labels of a place's training clips: frame by frame, a head for
 * verbs and one for nouns. What a probe then reads from its features is how much of the labels can be seen at all,
 * which frozen features of another style cannot tell.
 */
export async function tuneEncoder(
  clips: readonly Clip[],
  crops: CropProvider,
  classes: { verbs: number; nouns: number },
  { clip, every, progress }: { clip: string; every: number; progress: Progress },
): Promise<ImageEncoder> {
  const model = await loadClip(clip)
  const { tower } = model.image
  const pictures = await gather(clips, crops, model.image, every, progress)
  await fit(tower, pictures, classes, progress)
  pictures.pixels.dispose()
  const { seed, ...rest } = tuning
  const note = `tuned ${JSON.stringify({ seed, ...rest, clips: clips.length, crops: crops.id })}`
  return {
    name: `${model.name}, tuned`,
    hash: `${model.hash} ${note}`,
    width: model.image.width,
    preprocessing: model.image.preprocessing,
    tap: 'joint',
    encode: (pixels) => tower.encode(pixels),
  }
}

async function gather(
  clips: readonly Clip[],
  crops: CropProvider,
  { preprocessing }: ImageEncoder,
  every: number,
  progress: Progress,
): Promise<Pictures> {
  const works = groupBySource(clips)
  const labelled = new Map(works.map(({ source }) => [source, clips.filter((clip) => clip.source === source)]))
  const found: Pictures & { parts: Tensor[] } = { parts: [], verbs: [], nouns: [], pixels: undefined as never }
  let done = 0
  for (const { source } of works) {
    const wanted = new Map<number, Clip>()
    for (const clip of labelled.get(source)!) {
      const steps = gridSteps([[clip.start, clip.end]], every)
      const draw = random(tuning.seed, 'pictures', clip.id)
      for (const at of shuffled(steps.length, draw).slice(0, tuning.framesPerClip)) wanted.set(steps[at]! * every, clip)
    }
    const times = [...wanted.keys()].sort((a, b) => a - b)
    const boxes = new Map((await crops.boxes(source, times)).map((box, i) => [times[i]!, box]))
    const seen: Frame[] = []
    for await (const frame of frames(source, { times })) seen.push(frame)
    const whole = seen.filter((_, i) => i % 4 === 0)
    found.parts.push(
      noGrad(() =>
        scope(() => {
          const hands = preprocess(seen, { ...preprocessing, crop: seen.map(({ at }) => boxes.get(at)) })
          return cat([hands, preprocess(whole, preprocessing)]).half()
        }),
      ),
    )
    for (const { at } of [...seen, ...whole]) {
      found.verbs.push(wanted.get(at)!.verb!)
      found.nouns.push(wanted.get(at)!.noun!)
    }
    progress({ task: 'pictures for the ceiling', done: ++done, total: works.length, unit: 'videos' })
  }
  const pixels = cat(found.parts)
  for (const part of found.parts) part.dispose()
  return { pixels, verbs: found.verbs, nouns: found.nouns }
}

async function fit(
  tower: VisionTower,
  { pixels, verbs, nouns }: Pictures,
  classes: { verbs: number; nouns: number },
  progress: Progress,
): Promise<void> {
  const generator = new Generator(tuning.seed)
  const width = tower.weights.projection.shape[0]!
  const heads = {
    verb: new nn.Linear(width, classes.verbs, { generator }),
    noun: new nn.Linear(width, classes.nouns, { generator }),
  }
  const weights = visionTensors(tower.weights)
  for (const weight of weights) weight.requiresGrad_(true)
  const parameters = [...weights, ...heads.verb.parameters(), ...heads.noun.parameters()]
  const { batch, epochs, lr, weightDecay, seed } = tuning
  const optimizer = new optim.AdamW(parameters, { lr, weightDecay })
  const perEpoch = Math.ceil(verbs.length / batch)
  const total = epochs * perEpoch
  const schedule = optim.warmupCosine({ warmup: Math.round(tuning.warmup * total), total, min: 0.01 })
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const draw = random(seed, 'tuning', epoch)
    const order = shuffled(verbs.length, draw)
    for (let from = 0; from < order.length; from += batch) {
      const picked = order.slice(from, from + batch)
      for (const group of optimizer.groups) group.lr = lr * schedule(step)
      const loss = scope(() => {
        const x = varied(pixels.indexSelect(0, tensor(picked, { dtype: 'int64' })).float(), draw)
        const features = autocast({ dtype: 'bfloat16' }, () => tower.pool(tower.run(tower.embed(x)))).float()
        const unit = F.normalize(features).mul(8)
        const target = (labels: number[]) =>
          tensor(
            picked.map((i) => labels[i]!),
            { dtype: 'int64' },
          )
        const loss = F.crossEntropy(heads.noun.forward(unit), target(nouns), { labelSmoothing: 0.1 }).add(
          F.crossEntropy(heads.verb.forward(unit), target(verbs), { labelSmoothing: 0.1 }),
        )
        optimizer.zeroGrad()
        loss.backward()
        optim.clipGradNorm(parameters, 1)
        optimizer.step()
        return loss.item()
      })
      step++
      progress({ task: 'tuning for the ceiling', done: step, total, unit: 'steps', note: `loss ${loss.toFixed(3)}` })
      await new Promise(setImmediate)
    }
  }
  for (const weight of weights) weight.requiresGrad_(false)
  optimizer.dispose()
  heads.verb.dispose()
  heads.noun.dispose()
}

/** Mirrored half of the time, each picture with a brightness and a tint of its own, the batch with one crop. */
function varied(pixels: Tensor, draw: { next(): number }): Tensor {
  const [count, , side] = pixels.shape as [number, number, number, number]
  const gains = Float32Array.from({ length: count * 3 }, () => 0.8 + 0.4 * draw.next())
  const size = Math.round(side * (0.75 + 0.25 * draw.next()))
  const [top, left] = [0, 1].map(() => Math.floor(draw.next() * (side - size + 1)))
  const part = pixels.narrow(2, top!, size).narrow(3, left!, size)
  const sized = size === side ? part : F.interpolate(part, { size: [side, side], mode: 'bilinear' })
  const turned = draw.next() < 0.5 ? sized.flip([3]) : sized
  return turned.mul(fromTypedArray(gains, [count, 3, 1, 1]))
}
