import { type CropProvider, cropsFrom } from '../features/crops.js'
import {
  type CropRule,
  type DetectionFile,
  fileProvider,
  type HandProvider,
  noHands,
  ssdProvider,
  ssdRule,
  xmicRule,
} from '../hands/index.js'
import type { Recipe } from './recipe.schema.js'

type Hands = Recipe['features']['hands']
type FileOf = (source: string) => DetectionFile | string | undefined

/**
 * The hand crops that a recipe describes.
 * @param detectionsOf the file of detections of a source, for the provider `file`
 * @param every seconds between the frames of the grid
 */
export async function openCrops(hands: Hands, detectionsOf: FileOf, every: number): Promise<CropProvider> {
  const crops = cropsFrom(await openProvider(hands, detectionsOf), cropRule(hands))
  if (hands.missing === 'zero') return { ...crops, id: `${crops.id}|missing=zero`, zeroWithoutBox: true }
  return hands.missing === 'previous' ? keepLastBox(crops, every) : crops
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

/** Seconds after which hands that were seen last say nothing of where they are. */
const REACH = 2

/**
 * A frame without hands takes the box of the last frame on the grid that had them, at most 2 s before. Earlier frames
 * are looked at for that, whether or not their features are wanted: a feature must not depend on what it is found with.
 */
function keepLastBox(crops: CropProvider, every: number): CropProvider {
  return {
    ...crops,
    id: `${crops.id}|missing=previous ${REACH} s`,
    async boxes(source, times, images) {
      const steps = times.map((time) => Math.round(time / every))
      const seen = new Map<number, Box | undefined>()
      const look = async (wanted: number[]) => {
        if (wanted.length === 0) return
        const at = wanted.map((step) => step * every)
        for (const [i, box] of (await crops.boxes(source, at, images)).entries()) seen.set(wanted[i]!, box)
      }
      const before = (step: number) =>
        Array.from({ length: Math.floor(REACH / every + 1e-9) }, (_, i) => step - 1 - i).filter((k) => k >= 0)
      await look(steps)
      const blind = steps.filter((step) => !seen.get(step))
      await look([...new Set(blind.flatMap(before))].filter((step) => !seen.has(step)).sort((a, b) => a - b))
      return steps.map((step) => [step, ...before(step)].map((k) => seen.get(k)).find((box) => box !== undefined))
    },
  }
}

type Box = Awaited<ReturnType<CropProvider['boxes']>>[number]
