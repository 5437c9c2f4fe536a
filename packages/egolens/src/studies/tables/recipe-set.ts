import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EgoLensError } from '../../errors.js'
import { type Recipe, readRecipe } from '../../training/recipe.js'

/** A recipe of a folder. One that cannot be read is still one: its row says why. */
export interface SetRecipe {
  file: string
  /** The recipe's name; the file's where it cannot be read. */
  name: string
  recipe?: Recipe
  fault?: string
}

/** Whether a path is a folder of recipes: a run's directory has one too, but it is the run's. */
export async function isRecipeSet(path: string): Promise<boolean> {
  const files = await readdir(path).catch((): string[] => [])
  return recipesAmong(files).length > 0 && !files.includes('recipe.yaml')
}

/**
 * The recipes of a folder, by file name.
 * @throws EgoLensError `tables/no-recipes`
 */
export async function readRecipeSet(folder: string): Promise<SetRecipe[]> {
  const files = recipesAmong(await readdir(folder).catch((): string[] => []))
  if (files.length === 0) {
    throw new EgoLensError('tables/no-recipes', 'there are no recipes in this folder', {
      where: folder,
      cure: 'name a folder with one YAML file a run, such as recipes/x-mic/table1',
    })
  }
  return Promise.all(files.sort().map((file) => read(join(folder, file))))
}

async function read(file: string): Promise<SetRecipe> {
  try {
    const recipe = await readRecipe(file)
    return { file, name: recipe.name, recipe }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return { file, name: basename(file, '.yaml'), fault: error.line }
  }
}

const recipesAmong = (files: string[]): string[] => files.filter((file) => file.endsWith('.yaml'))
