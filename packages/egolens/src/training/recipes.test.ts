import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { publishedTables, runName } from '../evaluation/published/index.js'
import { methods } from '../methods/registry.js'
import { readRecipe, recipeHash } from './recipe.js'

const root = fileURLToPath(new URL('../../../../recipes', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))

/** Rows whose method is not there yet. */
const rowMethods = ['cocoop', 'clip-adapter', 'clip-adapter-temporal', 'a5', 'vita-clip']
const absent = new Set([...rowMethods.filter((name) => !methods.has(name)), 'zero-shot-lavila', 'x-mic-lavila'])

describe("the project's recipes", () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(20)
  })

  it.each(files)('%s is valid, named as its file, and tests within and across', async (file) => {
    const recipe = await readRecipe(join(root, file))
    expect(recipe.name).toBe(basename(file, '.yaml'))
    expect(recipe.name).toContain(recipe.method)
    expect(recipe.name.endsWith(recipe.component)).toBe(true)
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

  it.each(publishedTables)('table $number has a recipe for every cell, and no other', ({ number, blocks, rows }) => {
    const own = files.filter((file) => file.startsWith(`x-mic/table${number}/`)).map((file) => basename(file, '.yaml'))
    const cells = rows
      .filter(({ run }) => !absent.has(run))
      .flatMap((row) => blocks.map((block) => runName(row, block)))
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
