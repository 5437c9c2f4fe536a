import { loadClip, loadImageEncoder } from '../encoders/registry.js'
import type { ImageEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { frameSpace, spaceId } from '../features/space.js'
import { FeatureStore } from '../features/store.js'
import type { FeatureSpace } from '../features/types.js'
import type { Backbone } from '../methods/types.js'
import type { FeatureSource, Stream } from './frame-table.js'
import type { Recipe } from './recipe.js'
import { openSpec, type Resources } from './resources.js'

/**
 * Opens the models and the feature store that a recipe names.
 * @param crop the id of the hand boxes' provider and crop rule; it must be the one that features were found with
 */
export async function openResources(recipe: Recipe, crop?: string): Promise<Resources> {
  const backbone = await openBackbone(recipe)
  const store = await FeatureStore.open(recipe.features.store)
  return {
    backbone,
    features: storedFeatures(store, backbone, recipe.features.every, crop),
    openDataset: openSpec,
    ...(crop === undefined ? {} : { crop }),
    hashes: { image: backbone.image.hash, context: backbone.context.hash },
  }
}

async function openBackbone({ backbone, features }: Recipe): Promise<Backbone> {
  const compute = features.compute === 'bfloat16' ? 'bfloat16' : 'float32'
  const clip = await loadClip(backbone.clip, { compute })
  const context: ImageEncoder = backbone.context ? await loadImageEncoder(backbone.context, { compute }) : clip.image
  return { image: clip.image, text: clip.text, logitScale: clip.logitScale, context }
}

/** Features in a store, for the two encoders of a backbone. */
export function storedFeatures(store: FeatureStore, backbone: Backbone, every: number, crop?: string): FeatureSource {
  const spaceOf = ({ encoder, view }: Stream): FeatureSpace =>
    frameSpace(encoder === 'image' ? backbone.image : backbone.context, view, every, crop)
  return {
    key: (stream) => spaceId(spaceOf(stream)),
    async read(stream, source) {
      const space = spaceOf(stream)
      const hash = await store.sources.hash(source)
      try {
        return await store.read(space, hash)
      } catch (error) {
        if (error instanceof EgoLensError && error.code === 'features/absent') return undefined
        throw error
      }
    },
  }
}
