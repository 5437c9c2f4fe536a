import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EgoLensError } from '../../errors.js'
import { type Result, readResult } from '../../evaluation/result.js'
import { readIfThere } from '../../files/read.js'
import { type Recipe, readRecipe } from '../../training/recipe.js'
import { differences, runPaths } from '../../training/run-directory.js'

/** A run of a recipe. */
export interface FoundRun {
  dir: string
  recipe: Recipe
  /** Absent where the run has not been finished and scored, or where the file is damaged. */
  result?: Result
  fault?: string
}

/** Runs lie in a folder, in folders of folders where a study made them; no deeper than this. */
const DEPTH = 6

/** Every run below a folder whose recipe has one of these names, by directory. */
export async function findRuns(root: string, names: ReadonlySet<string>): Promise<FoundRun[]> {
  const found: FoundRun[] = []
  for (const dir of (await runDirectories(root, DEPTH)).sort()) {
    const paths = runPaths(dir)
    const recipe = await readRecipe(paths.recipe).catch((error: unknown) => {
      if (error instanceof EgoLensError) return undefined // a run of a method that this version does not know
      throw error
    })
    if (!recipe || !names.has(recipe.name)) continue
    found.push({ dir, recipe, ...(await resultOf(paths.result)) })
  }
  return found
}

async function resultOf(path: string): Promise<Pick<FoundRun, 'result' | 'fault'>> {
  if ((await readIfThere(path)) === undefined) return {}
  try {
    return { result: await readResult(path) }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return { fault: error.line }
  }
}

async function runDirectories(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  if (entries.some(({ name }) => name === 'recipe.yaml')) return [folder]
  if (depth === 0) return []
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  return (await Promise.all(below.map(({ name }) => runDirectories(join(folder, name), depth - 1)))).flat()
}

/** Values that may differ between a recipe and a run of it without its being another: seed and places on the disk. */
const free = /^training\.seed |^features\.store |^data\..*\.(root|file|annotations|videos|detections) /

/** "training.epochs 15 -> 2" for each value of a run that is not its recipe's. */
export const changesOf = (run: Recipe, recipe: Recipe): string[] =>
  differences(recipe, run).filter((change) => !free.test(change))
