import { detectionFile } from '../datasets/detections.js'
import { openDataset } from '../datasets/registry.js'
import type { Dataset } from '../datasets/types.js'
import { pixelEncoder } from '../encoders/pixels.js'
import type { ImageEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { extract } from '../features/extract.js'
import { otherSpaces } from '../features/others.js'
import { frameSpace, spaceId } from '../features/space.js'
import { FeatureStore } from '../features/store.js'
import type { FeatureSpace } from '../features/types.js'
import type { DetectionFile } from '../hands/index.js'
import type { Backbone } from '../methods/types.js'
import { openBackbone } from './backbone.js'
import { openCrops } from './crops.js'
import type { FeatureSource, Stream } from './frame-table.js'
import { type DataSpec, type Recipe, readerOptions } from './recipe.js'
import type { ExtractWork, Resources } from './resources.js'

/**
 * Opens the models, the feature store and the hand crops that a recipe names.
 * @throws EgoLensError `weights/not-found` and others
 * @example
 * const resources = await openResources(recipe)
 * await train(recipe, { dir: 'runs/noun', resources })
 */
export async function openResources(recipe: Recipe): Promise<Resources> {
  const { every, hands } = recipe.features
  const [backbone, store] = [await openBackbone(recipe), await FeatureStore.open(recipe.features.store)]
  const detections = new Map<string, DetectionFile | string | undefined>()
  const crops = await openCrops(hands, (source) => detections.get(source), every)
  return {
    backbone,
    features: storedFeatures(store, backbone, every, crops.id),
    async openDataset(spec) {
      const dataset = await openSpec(spec)
      rememberDetections(dataset, detections)
      return dataset
    },
    async extract({ clips, views, encoders: wanted = ['image', 'context'], ...work }) {
      if (views.includes('hand') && hands.provider === 'file') refuseBlind(clips, detections)
      const encoders = wanted.map((which) => encoderOf(backbone, which))
      return extract({ ...work, clips, views, encoders, crops, every, store })
    },
    crop: crops.id,
    hashes: {
      [`weights of ${backbone.image.name}`]: backbone.image.hash,
      [`weights of ${backbone.context.name}`]: backbone.context.hash,
    },
  }
}

/** Opens the dataset of a split. */
export const openSpec = (spec: DataSpec): Promise<Dataset> => openDataset(spec.dataset, readerOptions(spec))

/** Detection files are named by video, crops are asked for by source. */
function rememberDetections(dataset: Dataset, detections: Map<string, DetectionFile | string | undefined>): void {
  const fileOf = (video: string) => detectionFile(dataset, video)
  for (const split of dataset.splits) {
    for (const { source, video } of dataset.clips(split)) {
      if (!detections.has(source)) detections.set(source, fileOf(video))
    }
    for (const { source, id } of dataset.untrimmed(split)) {
      if (!detections.has(source)) detections.set(source, fileOf(id))
    }
  }
}

/** Single videos may lack boxes; where all do, the hand view would silently show no hands. */
function refuseBlind(
  clips: ExtractWork['clips'],
  detections: ReadonlyMap<string, DetectionFile | string | undefined>,
): void {
  const sources = new Set(clips.map(({ source }) => source))
  if (sources.size === 0 || [...sources].some((source) => detections.get(source) !== undefined)) return
  const message = `none of the ${sources.size} videos has a file of hand boxes, so no frame would have a hand crop`
  throw new EgoLensError('hands/no-files', message, {
    where: 'features.hands.provider: file',
    cure: 'put the files where the dataset looks for them (its option detections), or set the provider to ssd, or to none',
  })
}

/** What makes a stream's features: an encoder of the backbone, or what stands before the first of them. */
export function encoderOf({ image, context }: Backbone, which: Stream['encoder']): ImageEncoder {
  if (which === 'pixels') return pixelEncoder(image.preprocessing)
  return which === 'image' ? image : context
}

/** Features in a store, for the two encoders of a backbone, and the frames that they see. */
export function storedFeatures(store: FeatureStore, backbone: Backbone, every: number, crop?: string): FeatureSource {
  const spaceOf = ({ encoder, view }: Stream): FeatureSpace =>
    frameSpace(encoderOf(backbone, encoder), view, every, crop)
  const at = async (stream: Stream, source: string) => [spaceOf(stream), await store.sources.hash(source)] as const
  return {
    key: (stream) => spaceId(spaceOf(stream)),
    async read(stream, source) {
      const [space, hash] = await at(stream, source)
      return (await store.holds(space, hash)) ? store.read(space, hash) : undefined
    },
    async pixels(stream, source) {
      const [space, hash] = await at(stream, source)
      return (await store.holds(space, hash)) ? store.pixels(space, hash) : undefined
    },
    others: async (stream, source) => otherSpaces(store, ...(await at(stream, source))),
  }
}
