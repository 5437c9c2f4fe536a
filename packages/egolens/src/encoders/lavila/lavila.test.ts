import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, grad, scope, type Tensor, zeros } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { convertCheckpoint } from '../../weights/pth/convert.js'
import { pickle, storage, tensor as tensorAt, text, zip } from '../../weights/pth/pth.testing.js'
import { wordTokenizer } from '../clip/clip.testing.js'
import { formulaPixels } from '../formula.testing.js'
import { loadDualEncoder, loadImageEncoder } from '../registry.js'
import { lavilaWeights, tinyLavila, writeLavila } from './lavila.testing.js'
import { type LavilaOptions, loadLavila } from './load.js'
import { expectedTensors } from './names.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-lavila-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function load(options: LavilaOptions = {}) {
  await writeLavila(dir, lavilaWeights(tinyLavila), wordTokenizer(20))
  return loadLavila(dir, options)
}

// Made by golden/make.py, an independent forward pass in PyTorch that masks full attention instead of grouping tokens.
const golden = JSON.parse(await readFile(new URL('./golden/golden.json', import.meta.url), 'utf8')) as {
  '4 frames': number[][]
  '8 frames': number[][]
  '2 frames': number[][]
  texts: number[][]
  long: { end: number[][]; cut: number[][] }
}
const pixels = (frames: number) => formulaPixels([2, frames, 3, 8, 8])
const texts = ['w3 w4 w5', 'w7', 'w1 w2 w3 w4 w5']
const long = 'w1 w2 w3 w4 w5 w6 w7 w8 w9'

function expectNear(actual: Tensor, expected: number[][], tolerance = 1e-4): void {
  expect(actual.shape).toEqual([expected.length, expected[0]!.length])
  const rows = actual.tolist() as number[][]
  const worst = Math.max(...rows.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i]![j]!))))
  expect(worst).toBeLessThan(tolerance)
}

describe('the forward pass agrees with an independent reference', () => {
  test.each([4, 8, 2] as const)('windows of %i frames', async (frames) => {
    const { image, config, dispose } = await load({ window: { frames } })
    expect(config).toEqual(tinyLavila)
    expect(image.window).toEqual({ frames, stride: 0.5 })
    scope(() => expectNear(image.encode(pixels(frames)), golden[`${frames} frames`]))
    dispose()
  })

  test('texts', async () => {
    const { text, logitScale, dispose } = await load()
    scope(() => expectNear(text.encode(texts), golden.texts))
    expect(logitScale).toBeCloseTo(0.05 * Math.sin(phase('logit_scale')), 5)
    dispose()
  })
})

const phase = (name: string) => [...name].reduce((sum, letter, k) => sum + (k + 1) * letter.charCodeAt(0), 0)

describe('texts that are too long', () => {
  test('are cut before their end token', async () => {
    const { text, dispose } = await load()
    scope(() => expectNear(text.encode([long]), golden.long.end))
    dispose()
  })

  test('are pooled at the start token where the end is cut too, as in the public code', async () => {
    const { text, dispose } = await load({ longTexts: 'cut' })
    expect(text.tokenize([long])).toMatchObject({ ends: [0] })
    scope(() => {
      expectNear(text.encode([long]), golden.long.cut)
      expectNear(text.encode(texts), golden.texts)
      const [one, other] = text.encode([long, 'w9 w8 w7 w6 w5 w4']).tolist() as number[][]
      expect(one).toEqual(other)
    })
    dispose()
  })

  test('are refused where that is wanted', async () => {
    const { text, dispose } = await load({ longTexts: 'refuse' })
    expect(() => text.encode([long])).toThrow('is 11 tokens')
    dispose()
  })
})

test('learned vectors may stand among the tokens', async () => {
  const { text, dispose } = await load()
  const { ids, ends } = text.tokenize(texts)
  const embeddings = text.embedTokens(ids).requiresGrad_(true)
  const features = text.encodeFromEmbeddings(embeddings, ends)
  expectNear(features.detach(), golden.texts)
  expect(grad([features.pow(2).sum()], [embeddings])[0]!.shape).toEqual([3, 7, 128])
  dispose()
})

test('bfloat16 keeps the direction of features', async () => {
  const { image, dispose } = await load({ compute: 'bfloat16' })
  for (const frames of [4, 8] as const) {
    const features = image.encode(pixels(frames))
    expect(features.dtype).toBe('float32')
    for (const [i, row] of (features.tolist() as number[][]).entries()) {
      const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j]!, 0)
      const expected = golden[`${frames} frames`][i]!
      expect(dot(row, expected) / Math.sqrt(dot(row, row) * dot(expected, expected))).toBeGreaterThan(0.999)
    }
    features.dispose()
  }
  dispose()
})

test('the registry knows it by its tensors, under a prefix too', async () => {
  const weights = Object.entries(lavilaWeights(tinyLavila)).map(([name, tensor]) => [`module.${name}`, tensor])
  await writeLavila(dir, Object.fromEntries(weights), wordTokenizer(20))
  const dual = await loadDualEncoder(dir, { window: { stride: 0.25 } })
  expect(dual.image).toMatchObject({ width: 10, tap: 'joint', window: { frames: 4, stride: 0.25 } })
  scope(() => expectNear(dual.text.encode(texts), golden.texts))
  dual.dispose()
  expect((await loadImageEncoder(dir)).window).toEqual({ frames: 4, stride: 0.5 })
})

test('the published form of a checkpoint is converted and read', async () => {
  await writeLavila(dir, {}, wordTokenizer(20))
  await writeFile(join(dir, 'lavila.pth'), publishedCheckpoint(lavilaWeights(tinyLavila)))
  const output = join(dir, 'model.safetensors')
  const { key, stripped, leftOut } = await convertCheckpoint(join(dir, 'lavila.pth'), output)
  expect([key, stripped, leftOut]).toEqual([
    'state_dict',
    'module.',
    [{ name: 'epoch', why: 'a number beside state_dict' }],
  ])
  const { image, dispose } = await loadLavila(dir)
  scope(() => expectNear(image.encode(pixels(4)), golden['4 frames']))
  dispose()
})

/** {'epoch': 5, 'state_dict': {'module.visual.cls_token': ..., ...}}, all tensors in one storage. */
function publishedCheckpoint(weights: Record<string, Tensor>): Buffer {
  const values = Object.values(weights).map((tensor) => tensor.toTypedArray() as Float32Array)
  const total = values.reduce((sum, { length }) => sum + length, 0)
  let offset = 0
  const entries = Object.entries(weights).map(([name, { shape, numel }]) => {
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
    const entry = pickle(text(`module.${name}`), tensorAt(storage('0', total), [offset, [...shape], strides]))
    offset += numel
    return entry
  })
  const dict = pickle('}(', ...entries, 'u')
  const object = pickle(0x80, 2, '}(', text('epoch'), 'K', 5, text('state_dict'), dict, 'u.')
  return zip([
    ['archive/data.pkl', object],
    [
      'archive/data/0',
      Buffer.concat(values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
    ],
  ])
}

test('loading and encoding leave nothing behind', async () => {
  await (await load()).dispose()
  const input = pixels(4)
  await expectNoLeak(async () => {
    const model = await loadLavila(dir)
    for (let i = 0; i < 2; i++) model.image.encode(input).dispose()
    model.text.encode(texts).dispose()
    model.dispose()
  })
})

test('all that does not fit is listed with the nearest names', async () => {
  const { 'visual.blocks.1.timeattn.proj.bias': bias, ...others } = lavilaWeights(tinyLavila)
  const weights = { ...others, 'visual.blocks.1.time_attn.proj.bias': bias!, text_projection: zeros([128, 12]) }
  await writeLavila(dir, weights, wordTokenizer(20))
  await expect(loadLavila(dir)).rejects.toMatchObject({
    code: 'weights/mismatch',
    message: [
      'the weights do not fit the config (1 misshapen, 1 missing, 1 extra):',
      '  misshapen text_projection: [128,12] in the file, [128,10] by the config',
      '  missing visual.blocks.1.timeattn.proj.bias [128] (is it visual.blocks.1.time_attn.proj.bias?)',
      '  extra visual.blocks.1.time_attn.proj.bias [128] (is it visual.blocks.1.timeattn.proj.bias?)',
    ].join('\n'),
  })
})

test('narrators and classifiers are told from dual encoders', async () => {
  const entries = Object.entries(lavilaWeights(tinyLavila)).filter(([name]) => name.startsWith('visual.'))
  const weights = { ...Object.fromEntries(entries), 'fc_cls.weight': zeros([5, 128]) }
  await writeLavila(dir, weights, wordTokenizer(20))
  await expect(loadDualEncoder(dir)).rejects.toMatchObject({
    code: 'lavila/unsupported',
    message: "there is no text tower like CLIP's (but fc_cls)",
  })
})

// A layer of width w has 2 x (3 w w + 3 w + w w + w) in its two attentions, 8 w w + 5 w in its MLP and 6 w in its norms.
test.each([
  ['base', 768, 12, 16, 512, 12],
  ['large', 1024, 24, 14, 768, 12],
])('%s at full size has the parameters that its layers come to', (_, width, layers, patch, textWidth, textLayers) => {
  const vision = { ...tinyLavila.vision, width, layers, hidden: 4 * width, image: 224, patch }
  const own = { vocabulary: 49408, context: 77 }
  const text = { ...tinyLavila.text, ...own, width: textWidth, layers: textLayers, hidden: 4 * textWidth }
  const shapes = [...expectedTensors({ vision, text, width: 256 }).entries()]
  const count = (begins: RegExp) =>
    shapes.filter(([name]) => begins.test(name)).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const patches = (224 / patch) ** 2
  const outside = width * (1 + 1 + patches + 4 + 3 * patch * patch + 2 + 2)
  expect(count(/^visual\./)).toBe(layers * (16 * width * width + 19 * width) + outside)
  const textLayer = 12 * textWidth * textWidth + 13 * textWidth
  expect(count(/^(?!visual\.|image)/)).toBe(textLayers * textLayer + textWidth * (49408 + 77 + 2 + 256) + 1)
  expect(count(/./)).toBe({ base: 177_662_977, large: 527_513_857 }[_])
})
