import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { publishedTables, runName } from '../evaluation/published/index.js'
import { methodOptions } from '../methods/registry.js'
import { readRecipe, recipeHash } from './recipe.js'

const root = fileURLToPath(new URL('../../../../recipes', import.meta.url))
// Stages of Exo2Ego have recipes of another kind; exo2ego/recipes.test.ts reads them.
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.yaml') && !file.startsWith('exo2ego/'),
)

type Values = Record<string, unknown>

const differing = (values: Values, from: Values) => Object.entries(values).filter(([key, value]) => value !== from[key])

describe("the project's recipes", () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(20)
  })

  it.each(files)('%s is valid, named as its file, and tests within and across', async (file) => {
    const recipe = await readRecipe(join(root, file))
    expect(recipe.name).toBe(basename(file, '.yaml'))
    expect(recipe.name).toContain(recipe.method)
    // A name without a component is that of a recipe for both.
    const [, component = 'both'] = /-(verb|noun)$/.exec(recipe.name) ?? []
    expect(component).toBe(recipe.component)
    const [within, cross] = recipe.data.test
    expect(within).toMatchObject({ dataset: recipe.data.train.dataset, root: recipe.data.train.root })
    expect(cross!.dataset).not.toBe(recipe.data.train.dataset)
  })

  it("table 1 has the public code's values", async () => {
    const { training, options } = await readRecipe(join(root, 'x-mic/table1/x-mic-ego4d-noun.yaml'))
    expect(options).toEqual({ preset: 'code', input: 'both' })
    expect(training).toMatchObject({
      epochs: 15,
      batch: 16,
      lr: 5e-4,
      betas: [0.9, 0.98],
      warmupEpochs: 5,
      warmupLr: 1e-7,
    })
  })

  it.each([
    [4, 'input'],
    [6, 'norms'],
    [7, 'prompt'],
  ])("X-MIC's ablations of table %d change its %s and nothing else", async (number, option) => {
    const own = files.filter((file) => file.startsWith(`x-mic/table${number}/x-mic-`))
    const values = new Set<string>()
    for (const file of own) {
      const { component, ...recipe } = await readRecipe(join(root, file))
      const base = await readRecipe(join(root, `x-mic/table1/x-mic-ego4d-${component}.yaml`))
      const { [option]: value, ...others } = methodOptions('x-mic', recipe.options) as Values
      const { [option]: _, ...wanted } = methodOptions('x-mic', base.options) as Values
      values.add(`${component} ${JSON.stringify(value)}`)
      expect(others).toEqual(wanted)
      const same = { name: '', row: '', component, options: {} }
      expect({ ...recipe, ...same }).toEqual({ ...base, ...same })
    }
    expect(values.size).toBe(own.length)
  })

  it("EgoPrompt's ablations change one choice each of the recipe that they stand beside", async () => {
    const base = await readRecipe(join(root, 'egoprompt/egoprompt-ek.yaml'))
    const own = files.filter((file) => file.startsWith('egoprompt/ablation/'))
    const changes = own.map(async (file) => {
      const { name, row, options, ...rest } = await readRecipe(join(root, file))
      expect(rest).toEqual({ ...base, name: undefined, options: undefined })
      expect(row).toMatch(/^EgoPrompt/)
      const [all, defaults] = [options, base.options].map((given) => methodOptions('egoprompt', given)) as Values[]
      return [name.replace('egoprompt-ek-', ''), Object.fromEntries(differing(all!, defaults!))]
    })
    expect(Object.fromEntries(await Promise.all(changes))).toEqual({
      'pool-8': { poolSize: 8 },
      'pool-16': { poolSize: 16 },
      'pool-32': {},
      'pool-64': { poolSize: 64 },
      'top-1': { topN: 1 },
      'top-2': { topN: 2 },
      'top-4': {},
      'top-8': { topN: 8 },
      'no-freq': { freq: 'none' },
      'no-orth': { orthWeight: 0 },
      'no-pull': { pullWeight: 0 },
      'no-criteria': { freq: 'none', orthWeight: 0 },
      'no-interaction': { interaction: false },
      'no-pool': { pool: false },
      joint: { stages: 'joint' },
      first: { stages: 'first' },
    })
  })

  it.each(publishedTables)('table $number has a recipe for every cell, and no other', ({ number, blocks, rows }) => {
    const own = files.filter((file) => file.startsWith(`x-mic/table${number}/`)).map((file) => basename(file, '.yaml'))
    const cells = rows.flatMap((row) => blocks.map((block) => runName(row, block)))
    expect(own.sort()).toEqual([...new Set(cells)].sort())
  })

  it('of one name in several tables are one run, which is made once', async () => {
    const byName = new Map<string, Set<string>>()
    for (const file of files.filter((name) => name.startsWith('x-mic/'))) {
      const recipe = await readRecipe(join(root, file))
      byName.set(recipe.name, (byName.get(recipe.name) ?? new Set()).add(recipeHash(recipe)))
    }
    for (const [name, hashes] of byName) expect(hashes.size, name).toBe(1)
  })
})
