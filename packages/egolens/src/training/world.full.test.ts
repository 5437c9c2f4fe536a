import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderPlace, vocabulary } from '@egolens/world'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formulaWeights, writeClip } from '../encoders/clip/clip.testing.js'
import type { ClipConfig } from '../encoders/clip/config.js'
import { evaluateRun } from './evaluate-run.js'
import { extractFeatures } from './prepare.js'
import { readRecipe } from './recipe.js'
import { openResources } from './resources.open.js'
import { train } from './train.js'

const recipeFile = fileURLToPath(new URL('../../../../recipes/small/x-mic-kitchen-noun.yaml', import.meta.url))

/** A CLIP without training whose tokens are the world's words. */
function words(): string[] {
  const names = (['kitchen', 'workshop'] as const).flatMap((place) => {
    const { verbs, nouns } = vocabulary(place)
    return [...verbs, ...nouns].map((entry) => entry.name)
  })
  return [...new Set(names.flatMap((name) => name.toLowerCase().split(/[^a-z]+/)))].filter((word) => word !== '')
}

async function writeModel(dir: string): Promise<void> {
  const tokens = ['<unknown>', ...words(), '<start>', '<end>']
  const [start, end] = [tokens.length - 2, tokens.length - 1]
  const config: ClipConfig = {
    vision: { width: 32, layers: 1, heads: 2, hidden: 64, activation: 'quick_gelu', eps: 1e-5, image: 64, patch: 16 },
    text: {
      width: 32,
      layers: 1,
      heads: 2,
      hidden: 64,
      activation: 'quick_gelu',
      eps: 1e-5,
      vocabulary: tokens.length,
      context: 32,
    },
    width: 32,
  }
  const marker = (id: number, content: string) => ({ id, content, special: true, normalized: false })
  await writeClip(dir, config, formulaWeights(config), {
    version: '1.0',
    added_tokens: [marker(start, '<start>'), marker(end, '<end>')],
    normalizer: { type: 'Lowercase' },
    decoder: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '<start>', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '<end>', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        '<start>': { id: '<start>', ids: [start], tokens: ['<start>'] },
        '<end>': { id: '<end>', ids: [end], tokens: ['<end>'] },
      },
    },
    model: {
      type: 'WordPiece',
      unk_token: '<unknown>',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  })
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
