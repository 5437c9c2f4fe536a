import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderPlace } from '@egolens/world'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formulaWeights, tokenizerOf, writeClip } from '../encoders/clip/clip.testing.js'
import type { ClipConfig } from '../encoders/clip/config.js'
import { evaluateRun } from './evaluate-run.js'
import { extractFeatures } from './prepare.js'
import { readRecipe } from './recipe.js'
import { openResources } from './resources.open.js'
import { train } from './train.js'
import { worldWords } from './world.testing.js'

const recipeFile = fileURLToPath(new URL('../../../../recipes/small/x-mic-kitchen-noun.yaml', import.meta.url))

/** A CLIP without training whose tokens are the world's words. */
async function writeModel(dir: string): Promise<void> {
  const words = worldWords()
  const tower = { width: 32, layers: 1, heads: 2, hidden: 64, activation: 'quick_gelu' as const, eps: 1e-5 }
  const config: ClipConfig = {
    vision: { ...tower, image: 64, patch: 16 },
    text: { ...tower, vocabulary: words.length + 2, context: 32 },
    width: 32,
  }
  await writeClip(dir, config, formulaWeights(config), tokenizerOf(words))
}

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-world-'))
  const clips = { train: 24, test: 10 }
  for (const place of ['kitchen', 'workshop'] as const) {
    await renderPlace({ place, dir: join(root, place), clips, seed: 3, workers: 1 })
  }
  await writeModel(join(root, 'clip'))
}, 600_000)
afterAll(() => rm(root, { recursive: true, force: true }))

it("a recipe goes from the world's videos to a result on both places", { timeout: 600_000 }, async () => {
  const recipe = await readRecipe(recipeFile, [
    `backbone.clip=${join(root, 'clip')}`,
    `features.store=${join(root, 'features')}`,
    'training.epochs=2',
    `data.train.root=${join(root, 'kitchen')}`,
    `data.test.0.root=${join(root, 'kitchen')}`,
    `data.test.1.root=${join(root, 'workshop')}`,
  ])
  const resources = await openResources(recipe)
  const found = await extractFeatures(recipe, { resources })
  expect(found.failures).toEqual([])
  expect(found.frames).toBeGreaterThan(300)
  expect((await extractFeatures(recipe, { resources })).frames).toBe(0)

  const dir = join(root, 'run')
  const summary = await train(recipe, { dir, resources })
  const trainClips = summary.clips
  expect(trainClips).toBeGreaterThanOrEqual(24)
  expect(summary.steps).toBe(2 * Math.ceil(trainClips / 32))

  const result = await evaluateRun(dir)
  expect(result.trainedOn).toBe('kitchen')
  expect(result.tests.map(({ name, role, component }) => [name, role, component])).toEqual([
    ['kitchen', 'within', 'noun'],
    ['workshop', 'cross', 'noun'],
  ])
  for (const test of result.tests) expect(test.predictions.length).toBeGreaterThanOrEqual(10)
})
