import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { dinoWeights, tinyDino, writeDino } from '../encoders/dino/dino.testing.js'
import { lavilaWeights, tinyLavila, writeLavila } from '../encoders/lavila/lavila.testing.js'
import { createMethod } from '../methods/registry.js'
import { formula, standInLabels } from '../methods/testing.js'
import type { Backbone } from '../methods/types.js'
import { loadAdapter } from './adapter.js'
import { type BackboneChoice, openBackbone } from './backbone.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-backbone-'))
  await writeClip(join(root, 'clip'), tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
  await writeDino(join(root, 'dino'), dinoWeights(tinyDino))
  await writeLavila(join(root, 'lavila'), lavilaWeights(tinyLavila), wordTokenizer(20))
})
afterAll(() => rm(root, { recursive: true }))

function open(backbone: BackboneChoice['backbone'], window?: BackboneChoice['features']['window']) {
  const at = (name: string | undefined) => (name === undefined ? {} : { context: join(root, name) })
  const { clip, context, longTexts } = backbone
  return openBackbone({
    backbone: { clip: join(root, clip), ...at(context), longTexts },
    features: { compute: 'float32', window },
  })
}

describe('the frozen models of a recipe', () => {
  it('are a CLIP with a DINOv2 on the adapter path', async () => {
    const { image, context, text } = await open({ clip: 'clip', context: 'dino' })
    expect([image.width, context.width, text.width]).toEqual([10, 128, 10])
    expect([image.tap, context.tap]).toEqual(['joint', 'cls'])
    expect(image.hash).not.toBe(context.hash)
  })

  it('are a LaViLa on both paths, whose windows a recipe may describe', async () => {
    const { image, context, logitScale } = await open({ clip: 'lavila' })
    expect(context).toBe(image)
    expect(image.window).toEqual({ frames: 4, stride: 0.5 })
    expect(logitScale).toBeTypeOf('number')
    const other = await open({ clip: 'lavila' }, { frames: 8, stride: 0.25 })
    expect(other.image.window).toEqual({ frames: 8, stride: 0.25 })
  })

  it('say what becomes of texts that are too long', async () => {
    const long = Array.from({ length: 9 }, (_, i) => `w${i}`).join(' ')
    const ends = async (clip: string, longTexts?: 'refuse' | 'end' | 'cut') =>
      (await open({ clip, longTexts })).text.tokenize([long]).ends
    expect(await ends('lavila')).toEqual([6])
    expect(await ends('lavila', 'cut')).toEqual([0])
    expect(await ends('clip', 'end')).toEqual([6])
    await expect(ends('clip')).rejects.toMatchObject({ code: 'text/too-long' })
    await expect(ends('lavila', 'refuse')).rejects.toMatchObject({ code: 'text/too-long' })
  })

  it('must see windows where these are described', async () => {
    await expect(open({ clip: 'clip', context: 'dino' }, { frames: 8 })).rejects.toMatchObject({
      code: 'encoder/one-frame',
      where: 'features.window',
    })
    expect((await open({ clip: 'clip', context: 'lavila' }, { frames: 8 })).context.window).toMatchObject({ frames: 8 })
  })
})

it('an adapter knows the windows that it was trained on', async () => {
  const resources = standInResources()
  const window = { frames: 4, stride: 0.5 }
  const image = { ...resources.backbone.image, window }
  const backbone = { ...resources.backbone, image, context: image }
  const dir = join(root, 'run')
  await train(standInRecipe(), { dir, resources: { ...resources, backbone } })
  const { info, method } = await loadAdapter(dir, backbone)
  method.module.dispose()
  expect(info.backbone).toMatchObject({ image: { window }, contextImage: { window } })
  const other = { ...image, window: { ...window, stride: 1 } }
  await expect(loadAdapter(dir, { ...backbone, image: other, context: other })).rejects.toMatchObject({
    code: 'adapter/other-backbone',
    message: 'it was trained on 4 frames 0.5 s apart, not on 4 frames 1 s apart',
  })
})

describe('every method of features runs on a LaViLa', () => {
  it.each(['zero-shot', 'coop', 'x-mic', 'probe'])('%s', async (name) => {
    const backbone = await open({ clip: 'lavila' })
    const { method, logits } = logitsOf(name, backbone)
    expect(logits.shape).toEqual([2, 3])
    expect(Boolean(logits.isfinite().all().item())).toBe(true)
    logits.dispose()
    method.module.dispose()
  })
})

function logitsOf(name: string, backbone: Backbone) {
  const labels = { noun: standInLabels(['w1', 'w2 w3', 'w4']) }
  const options = { coop: { contextTokens: 2 }, 'x-mic': { heads: 2 } }[name] ?? {}
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: 3, labels }
  const method = createMethod(name, options, setting)
  const views = { full: formula([2, 3, 10]), hand: formula([2, 3, 10], { start: 1 }) }
  const batch = { ids: ['a', 'b'], features: views, context: views, pixels: {}, labels: {} }
  return { method, logits: method.forward(batch, method.classes(labels)).logits.noun! }
}
