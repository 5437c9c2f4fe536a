import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { recipeSchema, trainingDefaults } from '../packages/egolens/src/training/recipe.schema.js'

interface Node {
  properties?: Record<string, Node>
  required?: string[]
  items?: Node
  enum?: string[]
  default?: unknown
}

interface Key {
  path: string
  values: string[]
  default: unknown
  required: boolean
}

/** The keys of a recipe that have no keys below them, and lists and splits whose own are told once. */
function keysOf(node: Node, path = ''): Key[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, below]) => {
    const key = path ? `${path}.${name}` : name
    const item = below.items?.properties ? below.items : below
    const under = keysOf(item, item === below ? key : `${key}[]`)
    const self = {
      path: key,
      values: below.enum ?? [],
      default: below.default,
      required: !!node.required?.includes(name),
    }
    return under.length === 0 ? [self] : under
  })
}

/** What every split has stands in the page once. */
const told = (path: string) =>
  path.replace(/^data\.(train|test\[\]|validation\.(within|cross))\.(dataset|split|limit|spread)$/, 'data.*.$3')

const page = await readFile(new URL('recipes.md', import.meta.url), 'utf8')
const rows = new Map(
  page
    .split('\n')
    .map((line) => line.split(' | '))
    .filter(([key]) => key?.startsWith('| `'))
    .map(([key, type, value]) => [/`(.*)`/.exec(key!)![1]!, { type: type!, value: value! }]),
)
const keys = keysOf(z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' }) as Node)
const defaults = new Map(
  Object.entries(trainingDefaults).map(([name, value]) => [`training.${name}`, value as unknown]),
)

it.each(keys.map((key) => [key.path, key] as const))('docs/recipes.md tells of %s', (path, key) => {
  const row = rows.get(told(path))
  expect(row, `a row for ${told(path)}`).toBeDefined()
  for (const value of key.values) expect(row!.type).toContain(`\`${value}\``)
  const value = key.default ?? defaults.get(path)
  if (key.required) expect(row!.value).toBe('required')
  else if (value === undefined) expect(row!.value).toBe('-')
  else if (typeof value === 'number') expect(Number(row!.value)).toBe(value)
  else expect(row!.value).toBe(typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', '))
})

it('docs/recipes.md tells of nothing else', () => {
  const known = new Set([...keys.map(({ path }) => told(path)), 'data.validation.within', 'data.validation.cross'])
  expect([...rows.keys()].filter((key) => !known.has(key))).toEqual([])
})
