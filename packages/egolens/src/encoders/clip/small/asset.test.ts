import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { nounWords, placeNames, renderWebImages, vocabulary } from '@egolens/world'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClipModel, loadClip } from '../load.js'
import { gatherImages } from './images.js'
import { zeroShotAccuracy } from './zero-shot.js'

let clip: ClipModel

beforeAll(async () => {
  clip = await loadClip('small')
})
afterAll(() => clip.dispose())

test('the patch grid can be halved twice', () => {
  const { image, patch } = clip.config.vision
  expect((image / patch) % 4).toBe(0)
})

test('the vocabulary is small, and every word of the class names is one token', () => {
  expect(clip.config.text.vocabulary).toBeLessThanOrEqual(2000)
  for (const place of placeNames) {
    for (const { name } of [...vocabulary(place).nouns, ...vocabulary(place).verbs]) {
      const words = name.match(/\p{L}+/gu)?.length ?? 0
      expect(clip.text.tokenizer.encode(name)).toHaveLength(words + 2)
    }
  }
  expect(clip.text.encode(['a zebra in Ünïcode, 7 times!']).shape).toEqual([1, clip.image.width])
})

test('it knows pictures that it has not seen', async () => {
  const kinds = [...nounWords.keys()]
  const held = await gatherImages(
    renderWebImages({ seed: 424242, count: 160, size: clip.config.vision.image }),
    160,
    128,
  )
  const accuracy = zeroShotAccuracy(clip, held, kinds, (kind) => `a photo of a ${nounWords.get(kind)![0]}`)
  expect(accuracy).toBeGreaterThan(0.5)
})

test('the files are small and the card names the figures', async () => {
  expect((await stat(join(clip.dir, 'model.safetensors'))).size).toBeLessThan(12e6)
  const card = await readFile(join(clip.dir, 'README.md'), 'utf8')
  for (const words of ['## Data', '## Recipe', '## Figures', '## Limits', 'Apache-2.0']) expect(card).toContain(words)
})
