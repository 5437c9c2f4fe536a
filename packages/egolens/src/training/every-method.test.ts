import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator, safetensors } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMethod, methods } from '../methods/registry.js'
import { evaluateRun } from './evaluate-run.js'
import { componentsOf, type Recipe } from './recipe.js'
import { runPaths } from './run-directory.js'
import { smallEgoPrompt, standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-every-'))
})
afterEach(() => rm(root, { recursive: true }))

/** What the stand-in of 8 numbers and 40 tokens needs of each method; those on pixels are in pixels.test.ts. */
const cases: Record<string, Partial<Recipe>> = {
  'zero-shot': {},
  coop: { options: { contextTokens: 4 } },
  cocoop: { options: { contextTokens: 2 } },
  'clip-adapter': {},
  'clip-adapter-temporal': {},
  a5: { options: { prefix: 4, postfix: 4 } },
  'x-mic': { options: { metaNet: 'linear' } },
  egoprompt: { component: 'both', options: smallEgoPrompt },
  probe: {},
}

describe('every method, by its name', () => {
  it('is here or sees pixels', () => {
    expect([...methods.keys()].sort()).toEqual([...Object.keys(cases), 'vita-clip', 'maple'].sort())
  })

  it.each(Object.entries(cases))(
    '%s trains, moves all that it trains, and is scored as it was saved',
    async (method, changes) => {
      const dir = join(root, 'run')
      const recipe = standInRecipe({ epochs: 4 }, { method, ...changes })
      const resources = standInResources()
      const summary = await train(recipe, { dir, resources })
      const { backbone } = resources
      const { labels } = await resources.openDataset(recipe.data.train)
      const components = componentsOf(recipe)
      const setting = { backbone, components, generator: new Generator(1), frames: 4, labels }
      const fresh = createMethod(method, recipe.options, setting)
      const trained = safetensors.load(runPaths(dir).weights)
      const parameters = fresh.module.namedParameters()
      expect(summary.parameters).toBe(parameters.reduce((sum, [, { numel }]) => sum + numel, 0))
      const still = parameters.filter(([name, at]) => trained[name]!.sub(at).abs().amax().item() === 0)
      expect(still.map(([name]) => name)).toEqual([])
      for (const tensor of Object.values(trained)) tensor.dispose()
      fresh.module.dispose()

      const result = await evaluateRun(dir, { resources })
      expect(result.tests.map(({ component }) => component)).toEqual(components)
      for (const { clips, values } of result.tests) {
        expect(clips).toBe(30)
        expect(values['top-1 accuracy over clips']).toBeGreaterThanOrEqual(0)
      }
      expect((await evaluateRun(dir, { resources })).tests).toEqual(result.tests)
    },
  )
})
