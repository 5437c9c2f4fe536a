import { type CropProvider, cropsFrom } from '../features/crops.js'
import {
  type CropRule,
  fileProvider,
  type HandProvider,
  noHands,
  ssdProvider,
  ssdRule,
  xmicRule,
} from '../hands/index.js'
import type { Recipe } from './recipe.schema.js'

type Hands = Recipe['features']['hands']
type FileOf = (source: string) => string | undefined

/**
 * The hand crops that a recipe describes.
 * @param detectionsOf the file of detections of a source, for the provider `file`
 */
export async function openCrops(hands: Hands, detectionsOf: FileOf): Promise<CropProvider> {
  const crops = cropsFrom(await openProvider(hands, detectionsOf), cropRule(hands))
  return hands.missing === 'previous' ? keepLastBox(crops) : crops
}

/** The rule with what the recipe leaves to the provider filled in. */
export function cropRule({ provider, handThreshold, objectThreshold, grow }: Hands): CropRule {
  const own = provider === 'ssd' ? ssdRule : xmicRule
  return {
    handThreshold: handThreshold ?? own.handThreshold,
    objectThreshold: objectThreshold ?? own.objectThreshold,
    grow: grow ?? own.grow,
  }
}

async function openProvider({ provider, handThreshold }: Hands, detectionsOf: FileOf): Promise<HandProvider> {
  if (provider === 'none') return noHands
  if (provider === 'ssd') return ssdProvider(handThreshold === undefined ? {} : { threshold: handThreshold })
  return fileProvider(detectionsOf, handThreshold === undefined ? {} : { handThreshold })
}

/** A frame without hands takes the box of the last frame that had them. */
function keepLastBox(crops: CropProvider): CropProvider {
  return {
    ...crops,
    id: `${crops.id}|missing=previous`,
    async boxes(...wanted) {
      let last: Awaited<ReturnType<CropProvider['boxes']>>[number]
      return (await crops.boxes(...wanted)).map((box) => {
        last = box ?? last
        return last
      })
    },
  }
}
