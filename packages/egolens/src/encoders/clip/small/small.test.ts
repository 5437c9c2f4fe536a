import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromTypedArray, scope, tensor } from '@egolens/torch'
import { expect, test } from 'vitest'
import { loadClip } from '../load.js'
import { allTensors } from '../weights.js'
import { type CaptionedImage, gatherImages } from './images.js'
import { contrastiveLoss } from './loss.js'
import { makeSmallClip, writeSmallClip } from './make.js'
import { permutation, uniform } from './random.js'
import { type SmallRecipe, smallRecipe } from './recipe.js'
import { zeroShotAccuracy } from './zero-shot.js'

const side = 16
const nouns = ['left', 'right', 'top', 'bottom']

/** Pictures with one bright half, in a random tint. */
function* halves(count: number, seed: number): Generator<CaptionedImage> {
  const random = uniform(seed)
  for (let n = 0; n < count; n++) {
    const noun = nouns[Math.floor(random() * 4)]!
    const tint = [random(), random(), random()]
    const rgb = new Uint8Array(side * side * 3)
    for (let i = 0; i < rgb.length; i++) {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)]
      const bright = { left: x < 8, right: x >= 8, top: y < 8, bottom: y >= 8 }[noun]!
      rgb[i] = (bright ? 155 : 0) + 100 * tint[i % 3]!
    }
    yield { rgb, noun, caption: random() < 0.5 ? `a photo of a ${noun}` : `the ${noun} half` }
  }
}

const tiny: SmallRecipe = {
  ...smallRecipe,
  steps: 200,
  warmup: 10,
  batch: 32,
  lr: 3e-3,
  crop: 1,
  bfloat16: false,
  patchShare: 1,
  mirror: false,
  config: {
    vision: { ...smallRecipe.config.vision, width: 32, layers: 2, heads: 2, hidden: 64, image: side, patch: 4 },
    text: { ...smallRecipe.config.text, width: 32, layers: 1, heads: 2, hidden: 64, context: 12 },
    width: 16,
  },
}

test('the recipe learns a toy, and what it writes is loaded as a CLIP', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'egolens-small-'))
  try {
    const made = await makeSmallClip(tiny, await gatherImages(halves(400, 1), 400, side), nouns)
    expect(made.curve).toHaveLength(8)
    expect(made.curve[7]!.loss).toBeLessThan(made.curve[0]!.loss)
    await writeSmallClip(dir, made)
    for (const weight of allTensors(made.weights)) weight.dispose()
    const clip = await loadClip(dir)
    const held = await gatherImages(halves(100, 2), 100, side)
    expect(zeroShotAccuracy(clip, held, nouns)).toBeGreaterThan(0.9)
    expect(clip.text.tokenizer.encode('bottom')).toHaveLength(3)
    clip.dispose()
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('the contrastive loss is that of its definition', () => {
  // cos = identity, scale e^0: both directions give ln(e + 1) - 1.
  scope(() => {
    const eye = fromTypedArray(Float32Array.of(2, 0, 0, 3), [2, 2])
    expect(contrastiveLoss(eye, eye, tensor(0)).item()).toBeCloseTo(Math.log(Math.E + 1) - 1, 6)
  })
})

test('pictures are gathered into planes', async () => {
  const rgb = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
  const images = await gatherImages([{ rgb, caption: 'a cup', noun: 'cup' }], 1, 2)
  expect([...images.planes(0)]).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
})

test('a permutation holds each number once', () => {
  expect([...permutation(50, uniform(3))].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
})
