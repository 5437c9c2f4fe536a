import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { missingSources } from '../../datasets/dataset.js'
import { datasets } from '../../datasets/registry.js'
import { EgoLensError } from '../../errors.js'
import { methodOptions } from '../../methods/registry.js'
import { splitsOf } from '../../training/prepare.js'
import type { DataSpec, Recipe } from '../../training/recipe.js'
import { openSpec } from '../../training/resources.open.js'
import { resolveWeights } from '../../weights/resolve.js'

/** What recipes need that is not there. */
export type NeedsOf = (recipe: Recipe) => Promise<string[]>

/**
 * Makes one that opens each split once, however many recipes name it.
 *
 * @example
 * await needsTeller()(recipe) // ["EPIC-KITCHENS-100 at data/epic-kitchens-100", "facebook/dinov2-base: egolens models pull ..."]
 */
export function needsTeller(): NeedsOf {
  const known = new Map<string, Promise<string[]>>()
  const once = (key: string, find: () => Promise<string[]>) => {
    const found = known.get(key) ?? find()
    known.set(key, found)
    return found
  }
  return async (recipe) => {
    const boxes = seesHands(recipe) && recipe.features.hands.provider === 'file'
    const models = [recipe.backbone.clip, recipe.backbone.context].filter((name) => name !== undefined)
    const needs = await Promise.all([
      ...splitsOf(recipe).map((spec) => once(JSON.stringify([spec, boxes]), () => absentData(spec, boxes))),
      ...models.map((name) => once(name, () => absentWeights(name))),
    ])
    return [...new Set(needs.flat())]
  }
}

/** Whether the recipe's method looks at hand crops. */
function seesHands({ method, options, features }: Recipe): boolean {
  if (features.views) return features.views.includes('hand')
  const values = methodOptions(method, options) as Record<string, unknown>
  return values.input === 'both' || Object.values(values).includes('hand')
}

/** Nothing of a split, or what of it: annotations, videos, hand boxes. */
async function absentData(spec: DataSpec, boxes: boolean): Promise<string[]> {
  const title = titleOf(spec.dataset)
  const path = spec.root ?? spec.file
  if (typeof path === 'string' && !existsSync(path)) {
    return [`${title} at ${path}${boxes ? `, with hand boxes${placeOf(spec.detections)}` : ''}`]
  }
  try {
    const dataset = await openSpec(spec)
    const videos = dataset.untrimmed(spec.split)
    const absent = missingSources(dataset, spec.split)
    const blind = boxes && videos.every(({ id }) => dataset.detections(id) === undefined)
    return [
      ...(absent.length > 0
        ? [`${absent.length} of ${videos.length} videos of ${title}, such as ${absent[0]!.source}`]
        : []),
      ...(blind ? [`hand boxes of ${title}${placeOf(spec.detections)}`] : []),
    ]
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return [`${title}: ${error.where === undefined ? '' : `${error.where}: `}${error.message}`]
  }
}

const placeOf = (detections: unknown) =>
  typeof detections === 'string' ? ` at ${detections}` : ' (docs/datasets.md says where)'

/** "EPIC-KITCHENS-100" of the reader's "EPIC-KITCHENS-100: 97 verbs, ...". */
const titleOf = (dataset: string): string => datasets.get(dataset)?.title.split(':')[0] ?? dataset

const isFolder = (name: string): boolean => name.startsWith('.') || isAbsolute(name)

async function absentWeights(name: string): Promise<string[]> {
  try {
    await resolveWeights(name)
    return []
  } catch (error) {
    if (!(error instanceof EgoLensError) || error.code !== 'weights/not-found') throw error
    if (!isFolder(name)) return [`${name}: ${error.cure ?? error.message}`]
    return [`weights in ${name}: egolens models convert CHECKPOINT.pth ${name}/model.safetensors`]
  }
}
