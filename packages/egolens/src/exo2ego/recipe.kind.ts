import { openRecipe, readRecipeText } from '../training/recipe.document.js'

/** Whether a recipe's text is of a stage, not of a recognition method. */
export function isStageRecipe(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'stage' in value
}

/** The same of a file. @throws EgoLensError `recipe/unreadable`, `recipe/not-yaml` */
export async function holdsStageRecipe(path: string): Promise<boolean> {
  return isStageRecipe(openRecipe(await readRecipeText(path), { where: path, set: [] }).value)
}
