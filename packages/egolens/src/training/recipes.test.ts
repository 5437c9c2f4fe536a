import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readRecipe } from './recipe.js'

const root = fileURLToPath(new URL('../../../../recipes', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))

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
})
