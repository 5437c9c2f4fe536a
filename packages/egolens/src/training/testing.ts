import { F, scope } from '@egolens/torch'
import type { Clip, Dataset, LabelSets } from '../datasets/types.js'
import { nothingDone } from '../features/extract.js'
import type { VideoFeatures } from '../features/types.js'
import { standInBackbone, standInLabels } from '../methods/testing.js'
import type { FeatureSource } from './frame-table.js'
import { type Random, random } from './random.js'
import { type Recipe, resolveRecipe } from './recipe.js'
import type { Resources } from './resources.js'

export const WIDTH = 8
const NOUNS = ['cup', 'pan', 'knife', 'tap', 'bowl', 'lid']
const VERBS = ['take', 'put', 'cut']

/**
 * A small task that can be learned: every clip is a video of its own whose frames lie near a point of its noun, moved
 * by its verb from the first frame to the last. A noun's point is its class vector moved by one shift for all, the
 * gap between text and picture that an adapter has to close.
 */
export function standInResources({ clips = 60, seed = 7 } = {}): Resources {
  const labels: LabelSets = { noun: standInLabels(NOUNS), verb: standInLabels(VERBS, 'verb') }
  const make = (split: string, count: number) => Array.from({ length: count }, (_, i) => standInClip(split, i))
  const splits: Record<string, Clip[]> = { train: make('train', clips), test: make('test', Math.ceil(clips / 2)) }
  const dataset: Dataset = {
    name: 'stand-in',
    root: '.',
    labels,
    splits: Object.keys(splits),
    clips: (split) => splits[split] ?? [],
    untrimmed: () => [],
    detections: () => undefined,
  }
  const everything = new Map([...splits.train!, ...splits.test!].map((clip) => [clip.source, clip]))
  const backbone = standInBackbone({ width: WIDTH })
  const points = scope(() => F.normalize(backbone.text.encode(NOUNS)).tolist() as number[][])
  return {
    backbone,
    features: standInFeatures(everything, points, seed),
    openDataset: async () => dataset,
    extract: async () => nothingDone(),
    hashes: { image: `image-${WIDTH}` },
  }
}

function standInClip(split: string, i: number): Clip {
  const [noun, verb] = [i % NOUNS.length, Math.floor(i / NOUNS.length) % VERBS.length]
  const id = `${split}-${i}`
  return {
    id,
    video: id,
    source: `${id}.mp4`,
    start: 0,
    end: 2 + (i % 3),
    participant: `${split}-P${i % 5}`,
    noun,
    verb,
  }
}

function standInFeatures(clips: Map<string, Clip>, points: number[][], seed: number): FeatureSource {
  return {
    key: ({ view }) => view,
    read: async ({ view }, source) => {
      const clip = clips.get(source)
      return clip && videoOf(clip, points[clip.noun!]!, random(seed, clip.id, view))
    },
  }
}

function videoOf(clip: Clip, point: number[], noise: Random): VideoFeatures {
  const count = Math.round(clip.end / 0.25) + 1
  const [gap, moved] = [random('gap'), random('verb', clip.verb!)]
  const shift = Array.from({ length: WIDTH }, () => 2 * (gap.next() - 0.5))
  const motion = Array.from({ length: WIDTH }, () => moved.next() - 0.5)
  const values = Float32Array.from({ length: count * WIDTH }, (_, i) => {
    const [frame, d] = [Math.floor(i / WIDTH), i % WIDTH]
    return point[d]! + shift[d]! + motion[d]! * (frame / count - 0.5) + 0.3 * (noise.next() - 0.5)
  })
  return { times: Float64Array.from({ length: count }, (_, i) => i * 0.25), values, width: WIDTH }
}

/** EgoPrompt of that width: two stages, text prompts through the stand-in tower, a pool of four pairs. */
export const smallEgoPrompt = {
  ...{ contextTokens: 2, temporalLayers: 1, heads: 2, mlpRatio: 1 },
  ...{ poolSize: 4, topN: 2, promptLength: 2, fusionHeads: 2 },
}

/** A recipe on that task; a few steps, so that tests are quick. */
export function standInRecipe(training: Partial<Recipe['training']> = {}, changes: Partial<Recipe> = {}): Recipe {
  const spec = { dataset: 'own', file: 'clips.csv' }
  return resolveRecipe({
    name: 'stand-in',
    method: 'x-mic',
    component: 'noun',
    data: { train: { ...spec, split: 'train' }, test: [{ ...spec, name: 'here', split: 'test' }] },
    ...changes,
    training: { epochs: 2, batch: 16, frames: 4, lr: 1e-2, warmupEpochs: 0, ...training },
  })
}
