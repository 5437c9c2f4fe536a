import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F, Generator, memory, ones, randn, scope, type Tensor, zeros } from '@egolens/torch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeClip } from './clip.testing.js'
import type { ClipConfig } from './config.js'
import { loadClip } from './load.js'
import { expectedTensors } from './names.js'
import { learnVocabulary, tokenizerJson } from './tokenizer/learn.js'

// ViT-B/16 at its published size, with seeded random weights.
const tower = { layers: 12, activation: 'quick_gelu' as const, eps: 1e-5 }
const config: ClipConfig = {
  vision: { ...tower, width: 768, heads: 12, hidden: 3072, image: 224, patch: 16 },
  text: { ...tower, width: 512, heads: 8, hidden: 2048, vocabulary: 49408, context: 77 },
  width: 512,
}
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-vit-b16-'))
  const generator = new Generator(16)
  const tokenizer = tokenizerJson(learnVocabulary(['a', 'photo', 'of', 'cup', 'knife', 'washing', 'machine']))
  const weights = Object.fromEntries(
    [...expectedTensors(config)].map(([name, shape]): [string, Tensor] => {
      if (/norm|layrnorm/.test(name)) return [name, (name.endsWith('.weight') ? ones(shape) : zeros(shape)).half()]
      return [name, scope(() => randn(shape, { generator }).mul(0.03).half())]
    }),
  )
  await writeClip(dir, config, weights, tokenizer)
  for (const tensor of Object.values(weights)) tensor.dispose()
}, 120_000)
afterAll(() => rm(dir, { recursive: true }))

test('ViT-B/16 encodes images and texts, and bfloat16 keeps their direction', async () => {
  const before = memory().tensors
  const exact = await loadClip(dir)
  const pixels = randn([2, 3, 224, 224], { generator: new Generator(1) })
  const features = exact.image.encode(pixels)
  expect(features.shape).toEqual([2, 512])
  expect(features.isfinite().all().item()).toBeTruthy()
  const again = exact.image.encode(pixels)
  expect(again.sub(features).abs().amax().item()).toBe(0)
  const texts = exact.text.encode(['a photo of a cup', 'washing machine'])
  expect(texts.shape).toEqual([2, 512])
  expect(texts.isfinite().all().item()).toBeTruthy()
  exact.dispose()

  const fast = await loadClip(dir, { compute: 'bfloat16' })
  const rounded = fast.image.encode(pixels)
  expect(F.cosineSimilarity(features, rounded, 1).amin().item()).toBeGreaterThan(0.999)
  fast.dispose()
  for (const tensor of [pixels, features, again, texts, rounded]) tensor.dispose()
  // Nothing of either model stays; tensors of expressions above are freed with their garbage.
  expect(memory().tensors - before).toBeLessThan(20)
}, 300_000)
