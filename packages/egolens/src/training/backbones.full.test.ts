import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderPlace } from '@egolens/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tokenizerOf, writeClip } from '../encoders/clip/clip.testing.js'
import type { ClipConfig } from '../encoders/clip/config.js'
import { dinoWeights, tinyDino, writeDino } from '../encoders/dino/dino.testing.js'
import { lavilaWeights, tinyLavila, writeLavila } from '../encoders/lavila/lavila.testing.js'
import { Recogniser } from '../recognition/recogniser.js'
import { evaluateRun } from './evaluate-run.js'
import { extractFeatures } from './prepare.js'
import { type Recipe, type RecipeInput, resolveRecipe } from './recipe.js'
import { openResources } from './resources.open.js'
import { train } from './train.js'
import { worldWords } from './world.testing.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-backbones-'))
  await renderPlace({
    place: 'kitchen',
    dir: join(root, 'kitchen'),
    clips: { train: 12, test: 6 },
    seed: 3,
    workers: 1,
  })
  const words = worldWords()
  const text = { vocabulary: words.length + 2, context: 24 }
  const tower = { width: 32, layers: 1, heads: 2, hidden: 64, activation: 'quick_gelu' as const, eps: 1e-5 }
  const clip: ClipConfig = { vision: { ...tower, image: 32, patch: 16 }, text: { ...tower, ...text }, width: 32 }
  await writeClip(join(root, 'clip'), clip, formulaWeights(clip), tokenizerOf(words))
  const lavila = {
    vision: { ...tinyLavila.vision, image: 32, patch: 16 },
    text: { ...tinyLavila.text, ...text },
    width: 24,
  }
  await writeLavila(join(root, 'lavila'), lavilaWeights(lavila), tokenizerOf(words))
  await writeDino(join(root, 'dino'), dinoWeights({ ...tinyDino, image: 48 }), { crop: 32 })
}, 600_000)
afterAll(() => rm(root, { recursive: true, force: true }))

function recipe(name: string, changes: Partial<RecipeInput>): Recipe {
  const data = { dataset: 'epic-kitchens-100', root: join(root, 'kitchen') }
  return resolveRecipe({
    name,
    method: 'x-mic',
    component: 'noun',
    data: { train: { ...data, split: 'train' }, test: [{ ...data, name: 'kitchen', split: 'test' }] },
    ...changes,
    features: { store: join(root, 'features'), every: 0.5, ...changes.features },
    training: { epochs: 2, batch: 8, frames: 4, lr: 1e-3, warmupEpochs: 0, ...changes.training },
  })
}

/** From videos to a result. */
async function whole(of: Recipe) {
  const resources = await openResources(of)
  const found = await extractFeatures(of, { resources })
  expect(found.failures).toEqual([])
  const dir = join(root, of.name)
  const summary = await train(of, { dir, resources })
  const result = await evaluateRun(dir)
  expect(result.tests.map(({ name, component }) => [name, component])).toEqual([['kitchen', 'noun']])
  expect(result.tests[0]!.predictions.length).toBeGreaterThanOrEqual(6)
  return { resources, summary, found, result }
}

describe('from the videos of the kitchen to a result', { timeout: 600_000 }, () => {
  it('X-MIC with a DINOv2 on the adapter path', async () => {
    const backbone = { clip: join(root, 'clip'), context: join(root, 'dino') }
    const { resources, summary } = await whole(recipe('x-mic-dino', { backbone }))
    expect([resources.backbone.image.width, resources.backbone.context.width]).toEqual([32, 128])
    expect(resources.backbone.context.tap).toBe('cls')
    expect(summary.steps).toBeGreaterThanOrEqual(4)
  })

  it('zero-shot on LaViLa, one window a clip, the middle one or the first', async () => {
    const one = { frames: 1 }
    const lavila = { method: 'zero-shot', backbone: { clip: join(root, 'lavila') } }
    const middle = await whole(recipe('zero-shot-lavila', { ...lavila, training: one }))
    expect(middle.resources.backbone.image.window).toEqual({ frames: 4, stride: 0.5 })
    expect(middle.found.frames).toBeGreaterThan(12)
    const first = await whole(
      recipe('zero-shot-lavila-first', { ...lavila, training: { ...one, evaluateAt: 'start' } }),
    )
    expect(first.found.frames).toBe(0)
    const logits = (of: typeof first) => of.result.tests[0]!.predictions.map(({ top }) => top)
    expect(logits(first)).toHaveLength(logits(middle).length)
    expect(first.result.hashes).toEqual(middle.result.hashes)
  })

  it('X-MIC and CoOp on LaViLa, windows of another length', async () => {
    const features = { window: { frames: 6, stride: 0.25 } }
    const backbone = { clip: join(root, 'lavila') }
    const xMic = await whole(recipe('x-mic-lavila', { backbone, features }))
    expect(xMic.resources.backbone.context.window).toEqual({ frames: 6, stride: 0.25 })
    const coop = recipe('coop-lavila', { method: 'coop', options: { contextTokens: 4 }, backbone, features })
    expect((await whole(coop)).summary.parameters).toBe(4 * 128)

    const recogniser = await Recogniser.open([join(root, 'x-mic-lavila')], { store: join(root, 'features') })
    const dataset = await xMic.resources.openDataset(recipe('again', { backbone }).data.test[0]!)
    const [video] = dataset.untrimmed('test')
    const { segments } = await recogniser.recognise(video!.source)
    recogniser.dispose()
    expect(segments.every(({ start, end }) => start >= 0 && end > start)).toBe(true)
  })

  it('windows are refused where no encoder sees any', async () => {
    const backbone = { clip: join(root, 'clip'), context: join(root, 'dino') }
    await expect(openResources(recipe('x', { backbone, features: { window: { frames: 8 } } }))).rejects.toMatchObject({
      code: 'encoder/one-frame',
      where: 'features.window',
    })
  })
})
