import { join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { disk } from '../files/disk.js'
import { diskFault } from '../files/fault.js'
import { exists } from '../files/read.js'
import { writeAtomic } from '../files.js'
import { readRecipe, recipeHash } from './recipe.js'
import { writeRecipe } from './recipe.write.js'

/** Where a run keeps what. */
export function runPaths(directory: string) {
  return {
    recipe: join(directory, 'recipe.yaml'),
    inputs: join(directory, 'inputs.json'),
    log: join(directory, 'log.jsonl'),
    checkpoints: join(directory, 'checkpoints'),
    best: join(directory, 'best.safetensors'),
    weights: join(directory, 'adapter.safetensors'),
    adapter: join(directory, 'adapter.json'),
    card: join(directory, 'README.md'),
    summary: join(directory, 'summary.json'),
    result: join(directory, 'result.json'),
  }
}

/** How recipes of a kind are read and written. */
export interface RecipeForm {
  read(path: string): Promise<object>
  write(recipe: object): string
}

/**
 * Makes a run's directory, or checks that a run that is resumed is the one that was begun.
 * @throws EgoLensError `run/exists` for a directory with a run that is not to be resumed, `run/other-recipe` naming
 * the keys that differ
 */
export async function openRunDirectory(
  directory: string,
  recipe: object,
  resume: boolean,
  { read, write }: RecipeForm = { read: readRecipe, write: writeRecipe },
): Promise<void> {
  const paths = runPaths(directory)
  await disk()
    .makeDirectory(paths.checkpoints)
    .catch((error: unknown) => {
      throw diskFault(error, paths.checkpoints)
    })
  // A run that was refused before its first step left nothing but its recipe: what was mended may begin.
  const begun = await Promise.all([paths.inputs, paths.log, paths.adapter].map(exists))
  if ((await exists(paths.recipe)) && begun.includes(true)) {
    if (!resume) {
      throw new EgoLensError('run/exists', 'there is a run in this directory', {
        where: directory,
        cure: 'go on with it by --resume, or name another directory',
      })
    }
    const before = await read(paths.recipe)
    if (recipeHash(before) === recipeHash(recipe)) return
    throw new EgoLensError(
      'run/other-recipe',
      `the run was begun with another recipe: ${differences(before, recipe).join(', ')}`,
      {
        where: paths.recipe,
        cure: 'resume with the recipe in the directory, or name another directory',
      },
    )
  }
  await writeAtomic(paths.recipe, write(recipe))
}

/** "training.lr 0.001 -> 0.01" for each value that differs. */
export function differences(before: unknown, after: unknown, path = ''): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key))
  }
  const [from, to] = [JSON.stringify(before), JSON.stringify(after)]
  return from === to ? [] : [`${path} ${from ?? 'absent'} -> ${to ?? 'absent'}`]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
