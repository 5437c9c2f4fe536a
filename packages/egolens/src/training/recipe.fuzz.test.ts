import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Chance, fuzz, mutated } from '../../../torch/src/fuzz.testing.js'
import { EgoLensError } from '../errors.js'
import { parseRecipe, type Recipe, recipeHash } from './recipe.js'
import { writeRecipe } from './recipe.write.js'

const folder = fileURLToPath(new URL('../../../../recipes/small/', import.meta.url))
const small = `name: a
method: x-mic
component: noun
data:
  train: { dataset: own, split: train, file: clips.csv }
  test: [{ name: here, dataset: own, split: test, file: other.csv }]
`
const recipes = [small, small, small, ...readdirSync(folder).map((name) => readFileSync(folder + name, 'utf8'))]
const corpus = recipes.map((text) => Buffer.from(text))

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h']
  .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]\n`)
  .join('')}`
const words = [
  ...[
    '__proto__: { polluted: 1 }\n',
    'constructor: { prototype: { polluted: 1 } }\n',
    'options: { __proto__: { polluted: 1 } }\n',
  ],
  ...[
    '{ __proto__: { polluted: 1 }, ',
    '"__proto__": ',
    '<<: ',
    '<<: { polluted: 1 }\n',
    '%YAML 1.1\n---\n',
    '---\n',
    '...\n',
  ],
  ...[
    '&a ',
    '*a',
    '&a [*a]',
    '&a { b: *a }',
    bomb,
    '!!binary ',
    '!!set ',
    '!!omap ',
    '!!timestamp ',
    '!!js/function ',
    '!x ',
  ],
  ...[
    '? ',
    '? [a, b]\n: 1\n',
    '{',
    '}',
    '[',
    ']',
    ':',
    ', ',
    '#',
    '"',
    "'",
    '|\n',
    '>\n',
    '\t',
    '\r',
    '\0',
    '\ufeff',
    '\\',
  ],
  ...[
    '[a: '.repeat(3000),
    '? '.repeat(3000),
    '[[[[[[[[[[[[[[[[',
    '{a: {a: {a: ',
    '- - - - - ',
    '.inf',
    '.nan',
    '-0',
    '1e999',
    '0x10',
    '99999999999999999999',
    'null',
    '~',
  ],
  ...[
    'training: { epochs: ',
    'seed: -1',
    'options: ',
    'limit: ',
    'name: ',
    'features: { views: [hand] }\n',
    '2020-01-01',
  ],
]
const settings = [
  ...['training.epochs=2', 'training.epochs', '=', '__proto__.polluted=1', 'constructor.prototype.polluted=1'],
  ...[
    'data.test.0.file=x',
    'data.test.7.file=x',
    'data.test.4294967295=x',
    'data.test.-1=x',
    'options={"__proto__": {"polluted": 1}}',
  ],
  ...[
    'options=&a [*a]',
    'options={a: &a [1], b: *a}',
    'name.x=1',
    'name=[',
    'data.train={',
    'data.0=1',
    'a.b.c.d=1',
    'method=',
    '.=1',
  ],
]

/** Plain values all the way down, whose prototypes nothing has touched. */
function checkPlain(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  for (const item of Object.values(value)) checkPlain(item)
}

function checkRecipe(recipe: Recipe): void {
  checkPlain(recipe)
  const again = parseRecipe(writeRecipe(recipe))
  expect(again).toEqual(recipe)
  expect(recipeHash(again)).toBe(recipeHash(recipe))
}

function refused(error: unknown): void {
  if (!(error instanceof EgoLensError)) throw error
  expect(error.code).toMatch(/^(recipe|method|dataset|own)\/[a-z-]+$/)
  expect(error.message).not.toBe('')
}

function source(chance: Chance): Buffer {
  const once = mutated(chance, corpus, words)
  return chance.once(2) ? once : mutated(chance, [once], words)
}

fuzz('any bytes are a recipe that reads back as itself, or an error with a code', (chance) => {
  const bytes = source(chance)
  const set = chance.once(3) ? chance.many(2, () => chance.pick(settings)) : []
  const check = () => {
    let recipe: Recipe | undefined
    try {
      recipe = parseRecipe(bytes.toString('utf8'), { where: 'r.yaml', set })
    } catch (error) {
      refused(error)
    }
    if (recipe) checkRecipe(recipe)
    expect('polluted' in {}).toBe(false)
    expect('polluted' in Function.prototype).toBe(false)
  }
  return { input: { set, base64: bytes.toString('base64') }, check }
})
