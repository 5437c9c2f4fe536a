import { openRecipe, readRecipeText } from '../training/recipe.document.js'
import { type Located, refuse } from '../training/recipe.errors.js'
import { refuseUnfit } from './recipe.check.js'
import { resolvedStageSchema, type StageRecipe, type StageRecipeInput, stageRecipeSchema } from './recipe.schema.js'
import { stages } from './stages/index.js'

/**
 * Reads a recipe of a stage.
 *
 * @param set values over the file's, as `--set` takes them: "losses.kl.weight=0", "train.exo=true"
 * @throws EgoLensError `recipe/...` with file and line, listing everything that is wrong
 * @example const recipe = await readStageRecipe('recipes/exo2ego/small/guidance.yaml', ['training.seed=2'])
 */
export async function readStageRecipe(path: string, set: string[] = []): Promise<StageRecipe> {
  return parseStageRecipe(await readRecipeText(path), { where: path, set })
}

/** The same from text. @param where names the file in errors */
export function parseStageRecipe(text: string, { where = 'recipe', set = [] as string[] } = {}): StageRecipe {
  const { value, located } = openRecipe(text, { where, set })
  return check(value as StageRecipeInput, located)
}

/** Checks a recipe that was made in a program and fills in what the stage decides. @throws EgoLensError `recipe/...` */
export function resolveStageRecipe(input: StageRecipeInput): StageRecipe {
  return check(input, { where: 'recipe', set: [] })
}

function check(input: StageRecipeInput, located: Located): StageRecipe {
  const parsed = stageRecipeSchema.safeParse(input)
  if (!parsed.success) throw refuse(parsed.error, stageRecipeSchema, located)
  const recipe = parsed.data
  const stage = stages[recipe.stage]
  const given = Object.fromEntries(Object.entries(recipe.training).filter(([, value]) => value !== undefined))
  const resolved = resolvedStageSchema.parse({ ...recipe, training: { ...stage.training, ...given } })
  refuseUnfit(resolved, located)
  return resolved
}
