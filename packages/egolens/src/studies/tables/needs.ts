import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { datasets } from '../../datasets/registry.js'
import { EgoLensError } from '../../errors.js'
import { splitsOf } from '../../training/prepare.js'
import type { DataSpec, Recipe } from '../../training/recipe.js'
import { resolveWeights } from '../../weights/resolve.js'

/**
 * What a recipe needs that is not there: "EPIC-KITCHENS-100 at data/epic-kitchens-100", "facebook/dinov2-base: egolens
 * models pull facebook/dinov2-base".
 */
export async function needsOf(recipe: Recipe): Promise<string[]> {
  const data = splitsOf(recipe).flatMap((spec) => absentData(spec) ?? [])
  const models = [recipe.backbone.clip, recipe.backbone.context].filter((name) => name !== undefined)
  const weights = await Promise.all(models.map(absentWeights))
  return [...new Set([...data, ...weights.flatMap((need) => need ?? [])])]
}

function absentData({ dataset, root, file }: DataSpec): string | undefined {
  const path = root ?? file
  if (typeof path !== 'string' || existsSync(path)) return undefined
  return `${titleOf(dataset)} at ${path}`
}

/** "EPIC-KITCHENS-100" of the reader's "EPIC-KITCHENS-100: 97 verbs, ...". */
const titleOf = (dataset: string): string => datasets.get(dataset)?.title.split(':')[0] ?? dataset

const isFolder = (name: string): boolean => name.startsWith('.') || isAbsolute(name)

async function absentWeights(name: string): Promise<string | undefined> {
  try {
    await resolveWeights(name)
    return undefined
  } catch (error) {
    if (!(error instanceof EgoLensError) || error.code !== 'weights/not-found') throw error
    if (!isFolder(name)) return `${name}: ${error.cure ?? error.message}`
    return `weights in ${name}: egolens models convert CHECKPOINT.pth ${name}/model.safetensors`
  }
}
