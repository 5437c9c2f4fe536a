import { rm } from 'node:fs/promises'
import { exists } from '../../files/read.js'
import { recipeHash } from '../../training/recipe.document.js'
import { runPaths } from '../../training/run-directory.js'
import { readStageRecipe } from '../recipe.js'
import type { StageRecipe } from '../recipe.schema.js'
import { hasOutput } from './output.js'
import { type StageOptions, trainStage } from './train.js'

/**
 * Trains a stage unless its directory holds just this run, ended; goes on with one that was stopped. A run of another
 * recipe there is thrown away.
 *
 * @returns whether there was something to do
 * @throws EgoLensError as `trainStage`
 * @example await finishStage(recipe, { dir: 'study/full/seed-1/guidance' })
 */
export async function finishStage(recipe: StageRecipe, options: Omit<StageOptions, 'resume'>): Promise<boolean> {
  const { dir } = options
  const own = await isOf(dir, recipe)
  if (own && (await hasOutput(dir))) return false
  if (!own) await rm(dir, { recursive: true, force: true })
  await trainStage(recipe, { ...options, resume: true })
  return true
}

async function isOf(dir: string, recipe: StageRecipe): Promise<boolean> {
  const { recipe: path } = runPaths(dir)
  if (!(await exists(path))) return false
  // One of an earlier version may not be readable any more.
  const there = await readStageRecipe(path).catch(() => undefined)
  return there !== undefined && recipeHash(there) === recipeHash(recipe)
}
