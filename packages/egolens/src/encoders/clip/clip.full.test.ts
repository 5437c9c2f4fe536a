import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F, Generator, memory, randn } from '@egolens/torch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeViTB16 } from './clip.testing.js'
import { loadClip } from './load.js'

let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-vit-b16-'))
  await writeViTB16(dir, ['a', 'photo', 'of', 'cup', 'knife', 'washing', 'machine'])
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
