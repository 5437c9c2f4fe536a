import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const here = (path: string) => new URL(path, import.meta.url)

const families = JSON.parse(readFileSync(here('../../scripts/ops.list.json'), 'utf8')) as Record<string, string[]>

/** Families whose results are no differentiable function of a tensor, or whose operators only write in place. */
const left = new Set(['comparison', 'conversion', 'factories', 'foreach'])

/** Operators that give indices, counts or truths, or cut the record for gradients on purpose. */
const constant = new Set(
  'argmax argmin any any.dim all all.dim argsort bincount nonzero unique_dim _unique2 searchsorted.Tensor histc detach one_hot'.split(
    ' ',
  ),
)

it('every differentiable operator of the list has a gradient check', () => {
  const cases = readdirSync(here('.'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(here(`./${name}`), 'utf8'))
    .join('\n')
  const isChecked = (name: string) =>
    [`'${name}'`, `'${name.split('.')[0]}'`, `ops.${name.replace('.', '_')}(`].some((text) => cases.includes(text))
  const unchecked = Object.entries(families)
    .filter(([family]) => !left.has(family))
    .flatMap(([, names]) => names)
    .filter((name) => !/[a-z0-9]_(\.|$)/.test(name) && !constant.has(name) && !isChecked(name))
  expect(unchecked).toEqual([])
})
