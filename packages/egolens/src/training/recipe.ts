import type { z } from 'zod'
import { datasets } from '../datasets/registry.js'
import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { methodNamed } from '../methods/registry.js'
import { canonical, openRecipe, readRecipeText } from './recipe.document.js'
import { type Located, locate, refuse } from './recipe.errors.js'
import {
  type DataSpec,
  type Recipe,
  type RecipeInput,
  recipeSchema,
  resolvedSchema,
  trainingDefaults,
} from './recipe.schema.js'

export { recipeHash } from './recipe.document.js'
export type {
  DataSpec,
  NamedDataSpec,
  ProtocolSpec,
  Recipe,
  RecipeInput,
  TrainDataSpec,
} from './recipe.schema.js'

/**
 * Reads a recipe file.
 *
 * @param set values over the file's, as `--set` takes them: "training.epochs=2", "data.test.0.root=/data/ek"
 * @throws EgoLensError with file and line, listing everything that is wrong
 * @example const recipe = await readRecipe('recipes/small/x-mic-kitchen-noun.yaml', ['training.seed=2'])
 */
export async function readRecipe(path: string, set: string[] = []): Promise<Recipe> {
  return parseRecipe(await readRecipeText(path), { where: path, set })
}

/** The same from text. @param where names the file in errors */
export function parseRecipe(text: string, { where = 'recipe', set = [] as string[] } = {}): Recipe {
  const { value, located } = openRecipe(text, { where, set })
  return check(value as RecipeInput, located)
}

/**
 * Checks a recipe that was made in a program and fills in what the method decides.
 * @throws EgoLensError listing everything that is wrong
 */
export function resolveRecipe(input: RecipeInput): Recipe {
  return check(input, { where: 'recipe', set: [] })
}

/** The components that are trained together. */
export function componentsOf(recipe: Pick<Recipe, 'component'>): Component[] {
  return recipe.component === 'both' ? ['verb', 'noun'] : [recipe.component]
}

/** Keys of a split that are not the reader's own, by where the split stands. */
const placeKeys = { train: ['shots', 'shotSeed'], test: ['shared', 'subsets'], validation: [] } as const
type Place = keyof typeof placeKeys

/** What a dataset's reader is given: all but the keys that every split has, and those of its place. */
export function readerOptions(spec: DataSpec): Record<string, unknown> {
  const { dataset, split, limit, spread, name, ...options } = spec
  for (const key of Object.values(placeKeys).flat()) delete options[key]
  return options
}

/** Where hand boxes lie does not make another dataset of it: X-MIC's are one file a split. */
const boxKeys = ['detections', 'boxFrames', 'egoclip']

/** Whether two splits are of the same dataset in the same place, so that a test on one is within the other. */
export function sameData(a: DataSpec, b: DataSpec): boolean {
  const identity = (spec: DataSpec) => {
    const options = Object.entries(readerOptions(spec)).filter(([key]) => !boxKeys.includes(key))
    return canonical([spec.dataset, Object.fromEntries(options)])
  }
  return identity(a) === identity(b)
}

function check(input: RecipeInput, located: Located): Recipe {
  const parsed = recipeSchema.safeParse(input)
  if (!parsed.success) throw refuse(parsed.error, recipeSchema, located)
  const recipe = parsed.data
  const definition = within(() => methodNamed(recipe.method), ['method'], located)
  const options = definition.options.safeParse(recipe.options)
  if (!options.success) throw refuse(options.error, definition.options, located, ['options'])
  const { train, test, validation } = recipe.data
  checkData(train, 'train', ['data', 'train'], located)
  test.forEach((spec, i) => {
    checkData(spec, 'test', ['data', 'test', i], located)
  })
  if (validation.within) checkData(validation.within, 'validation', ['data', 'validation', 'within'], located)
  if (validation.cross) checkData(validation.cross, 'validation', ['data', 'validation', 'cross'], located)
  const training = { ...trainingDefaults, ...definition.training?.(options.data), ...withoutUndefined(recipe.training) }
  const resolved = resolvedSchema.parse({ ...recipe, training })
  within(() => checkSelection(resolved), ['training', 'select'], located)
  if (resolved.protocol) checkBaseToNovel(resolved, definition.tiedBy?.(options.data), located)
  return resolved
}

/** Options of a reader are checked with the recipe, so that a wrong key is found before any video is opened. */
function checkData(spec: DataSpec, place: Place, path: (string | number)[], located: Located): void {
  const reader = datasets.get(spec.dataset)
  if (!reader) {
    const known = [...datasets.keys()].join(', ')
    throw new EgoLensError('recipe/unknown-dataset', `there is no dataset "${spec.dataset}"`, {
      where: locate([...path, 'dataset'], located),
      cure: `known: ${known}`,
    })
  }
  // A key of another place, such as shots of a test set, would be passed over: the reader knows it for none of its own.
  const others = Object.entries(placeKeys).flatMap(([other, keys]) => (other === place ? [] : [...keys]))
  const misplaced = Object.entries(spec).filter(([key]) => (others as string[]).includes(key))
  const parsed = reader.options.safeParse({ ...readerOptions(spec), ...Object.fromEntries(misplaced) })
  if (!parsed.success) throw refuse(parsed.error, reader.options as z.ZodType, located, path)
}

/** Selection needs something to look at, and that is never a test set. */
function checkSelection({ training, data }: Recipe): void {
  const { holdOut, within: own, cross } = data.validation
  if (training.select === 'val_within' && !holdOut && !own) {
    throw new EgoLensError('recipe/no-validation', 'val_within needs a validation set', {
      cure: 'set data.validation.holdOut, or data.validation.within',
    })
  }
  if (training.select === 'val_cross' && !cross) {
    throw new EgoLensError('recipe/no-validation', 'val_cross needs data.validation.cross')
  }
  const identity = ({ name, limit, spread, ...rest }: Record<string, unknown>) => canonical(rest)
  for (const validation of [own, cross]) {
    if (!validation || !data.test.some((test) => identity(test) === identity(validation))) continue
    throw new EgoLensError('recipe/selection-leak', 'a test set cannot choose the model that it tests', {
      cure: 'take a split held out of training',
    })
  }
}

/** Half of the classes is new in the test: nothing may be tied to those of training, and there must be such a test. */
function checkBaseToNovel(
  { method, data }: Recipe,
  tied: { key: string; why: string } | undefined,
  located: Located,
): void {
  if (tied) {
    throw new EgoLensError('method/not-transferable', `${method} cannot score novel classes: ${tied.why}`, {
      where: locate(tied.key.split('.'), located),
      cure: `change ${tied.key}: base-to-novel tests on classes that training does not see`,
    })
  }
  if (data.test.some((test) => sameData(test, data.train))) return
  throw new EgoLensError('recipe/no-within-test', 'base-to-novel needs a test set of the dataset that is trained on', {
    where: locate(['data', 'test'], located),
    cure: 'add one with the same dataset and the same options of its reader as data.train',
  })
}

function within<T>(work: () => T, path: (string | number)[], located: Located): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    throw new EgoLensError(error.code, error.message, { where: locate(path, located), cure: error.cure, cause: error })
  }
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}
