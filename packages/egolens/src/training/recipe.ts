import { createHash } from 'node:crypto'
import { type Document, isSeq } from 'yaml'
import type { z } from 'zod'
import { datasets } from '../datasets/registry.js'
import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { isAbsent } from '../files/fault.js'
import { readText } from '../files/read.js'
import { methodNamed } from '../methods/registry.js'
import { type Located, locate, refuse } from './recipe.errors.js'
import {
  type DataSpec,
  type Recipe,
  type RecipeInput,
  recipeSchema,
  resolvedSchema,
  trainingDefaults,
} from './recipe.schema.js'
import { documentValue, readYaml } from './recipe.yaml.js'

export type { DataSpec, NamedDataSpec, Recipe, RecipeInput } from './recipe.schema.js'

/**
 * Reads a recipe file.
 *
 * @param set values over the file's, as `--set` takes them: "training.epochs=2", "data.test.0.root=/data/ek"
 * @throws EgoLensError with file and line, listing everything that is wrong
 * @example const recipe = await readRecipe('recipes/small/x-mic-kitchen-noun.yaml', ['training.seed=2'])
 */
export async function readRecipe(path: string, set: string[] = []): Promise<Recipe> {
  const text = await readText(path).catch((error: EgoLensError) => {
    const { message, cure, cause } = error
    const what = isAbsent(error) ? 'there is no such recipe' : message
    throw new EgoLensError('recipe/unreadable', what, { where: path, cure, cause })
  })
  return parseRecipe(text, { where: path, set })
}

/** The same from text. @param where names the file in errors */
export function parseRecipe(text: string, { where = 'recipe', set = [] as string[] } = {}): Recipe {
  const { document, lines, value: before } = readYaml(text, 'recipe/not-yaml', where)
  if (before === null || typeof before !== 'object' || Array.isArray(before)) {
    throw new EgoLensError('recipe/not-yaml', 'a recipe is a list of keys and values', { where })
  }
  for (const assignment of set) override(document, assignment)
  const value = documentValue(document, 'recipe/not-yaml', where)
  return check(value as RecipeInput, { document, lines, where, set })
}

/**
 * Checks a recipe that was made in a program and fills in what the method decides.
 * @throws EgoLensError listing everything that is wrong
 */
export function resolveRecipe(input: RecipeInput): Recipe {
  return check(input, { where: 'recipe', set: [] })
}

/** A name for what a recipe says: equal for equal recipes, whatever the order and comments of the file. */
export function recipeHash(recipe: Recipe): string {
  return createHash('sha256').update(canonical(recipe)).digest('hex').slice(0, 16)
}

/** The components that are trained together. */
export function componentsOf(recipe: Pick<Recipe, 'component'>): Component[] {
  return recipe.component === 'both' ? ['verb', 'noun'] : [recipe.component]
}

/** What a dataset's reader is given: all but the keys that every split has. */
export function readerOptions(spec: DataSpec): Record<string, unknown> {
  const { dataset, split, limit, name, ...options } = spec
  return options
}

function check(input: RecipeInput, located: Located): Recipe {
  const parsed = recipeSchema.safeParse(input)
  if (!parsed.success) throw refuse(parsed.error, recipeSchema, located)
  const recipe = parsed.data
  const definition = within(() => methodNamed(recipe.method), ['method'], located)
  const options = definition.options.safeParse(recipe.options)
  if (!options.success) throw refuse(options.error, definition.options, located, ['options'])
  const { train, test, validation } = recipe.data
  checkData(train, ['data', 'train'], located)
  test.forEach((spec, i) => {
    checkData(spec, ['data', 'test', i], located)
  })
  if (validation.within) checkData(validation.within, ['data', 'validation', 'within'], located)
  if (validation.cross) checkData(validation.cross, ['data', 'validation', 'cross'], located)
  const training = { ...trainingDefaults, ...definition.training?.(options.data), ...withoutUndefined(recipe.training) }
  const resolved = resolvedSchema.parse({ ...recipe, training })
  within(() => checkSelection(resolved), ['training', 'select'], located)
  return resolved
}

/** Options of a reader are checked with the recipe, so that a wrong key is found before any video is opened. */
function checkData(spec: DataSpec, path: (string | number)[], located: Located): void {
  const reader = datasets.get(spec.dataset)
  if (!reader) {
    const known = [...datasets.keys()].join(', ')
    throw new EgoLensError('recipe/unknown-dataset', `there is no dataset "${spec.dataset}"`, {
      where: locate([...path, 'dataset'], located),
      cure: `known: ${known}`,
    })
  }
  const parsed = reader.options.safeParse(readerOptions(spec))
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
  const identity = ({ name, limit, ...rest }: Record<string, unknown>) => canonical(rest)
  for (const validation of [own, cross]) {
    if (!validation || !data.test.some((test) => identity(test) === identity(validation))) continue
    throw new EgoLensError('recipe/selection-leak', 'a test set cannot choose the model that it tests', {
      cure: 'take a split held out of training',
    })
  }
}

function within<T>(work: () => T, path: (string | number)[], located: Located): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    throw new EgoLensError(error.code, error.message, { where: locate(path, located), cure: error.cure, cause: error })
  }
}

function override(document: Document, assignment: string): void {
  const at = assignment.indexOf('=')
  const path = assignment.slice(0, at).split('.')
  if (at < 1 || path.includes('')) {
    throw new EgoLensError('recipe/set', `"${assignment}" is not an override`, { cure: '--set training.epochs=2' })
  }
  const keys = path.map((key) => (/^\d{1,9}$/.test(key) ? Number(key) : key))
  const where = `--set ${assignment}`
  keys.forEach((key, i) => {
    const list = i === 0 ? undefined : document.getIn(keys.slice(0, i), true)
    if (!isSeq(list) || (typeof key === 'number' && key <= list.items.length)) return
    throw new EgoLensError('recipe/set', `${path.slice(0, i).join('.')} has ${list.items.length} entries, from 0`, {
      where,
    })
  })
  const { value } = readYaml(assignment.slice(at + 1), 'recipe/set', where)
  try {
    document.setIn(keys, value)
  } catch (error) {
    throw new EgoLensError('recipe/set', (error as Error).message, { where })
  }
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}
