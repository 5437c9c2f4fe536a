import { createHash } from 'node:crypto'
import { type Document, isSeq } from 'yaml'
import { EgoLensError } from '../errors.js'
import { isAbsent } from '../files/fault.js'
import { readText } from '../files/read.js'
import type { Located } from './recipe.errors.js'
import { documentValue, readYaml } from './recipe.yaml.js'

/** @throws EgoLensError `recipe/unreadable`, `disk/unreadable` */
export async function readRecipeText(path: string): Promise<string> {
  return readText(path).catch((error: EgoLensError) => {
    const { code, message, cure, cause } = error
    if (code === 'disk/unreadable') throw error
    const what = isAbsent(error) ? 'there is no such recipe' : message
    throw new EgoLensError('recipe/unreadable', what, { where: path, cure, cause })
  })
}

/**
 * The keys and values of a recipe's text with what `--set` says over them, and where each stands.
 * @throws EgoLensError `recipe/not-yaml`, `recipe/set`
 */
export function openRecipe(
  text: string,
  { where, set }: { where: string; set: string[] },
): { value: Record<string, unknown>; located: Located } {
  const { document, lines, value: before } = readYaml(text, 'recipe/not-yaml', where)
  if (before === null || typeof before !== 'object' || Array.isArray(before)) {
    throw new EgoLensError('recipe/not-yaml', 'a recipe is a list of keys and values', { where })
  }
  for (const assignment of set) override(document, assignment)
  const value = documentValue(document, 'recipe/not-yaml', where) as Record<string, unknown>
  return { value, located: { document, lines, where, set } }
}

/** A name for what a recipe says: equal for equal recipes, whatever the order and comments of the file. */
export function recipeHash(recipe: object): string {
  return createHash('sha256').update(canonical(recipe)).digest('hex').slice(0, 16)
}

/** A value as text, keys in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
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
