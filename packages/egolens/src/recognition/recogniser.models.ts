import { extract } from '../features/extract.js'
import { FeatureStore } from '../features/store.js'
import type { DetectionFile } from '../hands/formats.js'
import type { AdapterInfo } from '../training/adapter.js'
import { openBackbone } from '../training/backbone.js'
import { openCrops } from '../training/crops.js'
import type { Recipe } from '../training/recipe.js'
import { RememberingSource } from '../training/remembering-source.js'
import type { Resources } from '../training/resources.js'
import { encoderOf, openSpec, storedFeatures } from '../training/resources.open.js'

/** Where hand boxes come from in recognition. */
export interface HandChoice {
  provider: 'file' | 'ssd' | 'none'
  /** The file of detections of a source, for `file`. */
  detections?: (source: string) => DetectionFile | string | undefined
}

/** The frozen models of an adapter, and the features found with them. */
export interface Frozen {
  resources: Resources
}

/** The boxes and crop rule to use: thresholds that were set for one provider's scores mean nothing for another's. */
export function handsOf(trained: Recipe['features']['hands'], choice: HandChoice | undefined) {
  if (!choice || choice.provider === trained.provider) return trained
  return { provider: choice.provider, missing: trained.missing }
}

/** Opens what an adapter stands on; adapters that stand on the same share it. */
export function frozenModels(
  info: AdapterInfo,
  { store = 'features', hands }: { store?: string; hands?: HandChoice },
  shared: Map<string, Promise<Frozen>>,
): Promise<Frozen> {
  const { backbone, features } = info
  const key = JSON.stringify([backbone.clip, backbone.context, backbone.longTexts, features])
  const opened = shared.get(key) ?? open(info, store, hands)
  shared.set(key, opened)
  return opened
}

async function open(
  { backbone, features }: AdapterInfo,
  storeFolder: string,
  hands: HandChoice | undefined,
): Promise<Frozen> {
  const compute = features.compute as Recipe['features']['compute']
  // What the defaults were when it was trained, whatever they are now.
  const window = features.window ?? backbone.image.window ?? backbone.contextImage.window
  const models = await openBackbone({ backbone, features: { compute, window } })
  const trained = features.hands as Recipe['features']['hands']
  const crops = await openCrops(handsOf(trained, hands), (source) => hands?.detections?.(source), features.every)
  const store = await FeatureStore.open(storeFolder)
  // Windows of a video are scored in many batches.
  const remembered = new RememberingSource(storedFeatures(store, models, features.every, crops.id))
  return {
    resources: {
      backbone: models,
      features: remembered,
      openDataset: openSpec,
      extract({ clips, views, encoders: wanted = ['image', 'context'], ...work }) {
        remembered.forget()
        const encoders = wanted.map((which) => encoderOf(models, which))
        return extract({ ...work, clips, views, encoders, crops, every: features.every, store })
      },
      crop: crops.id,
      hashes: {},
    },
  }
}
