import { fromTypedArray, scope } from '@egolens/torch'
import { expect, it } from 'vitest'
import { preprocess } from '../video/index.js'
import { normalisePixels, pixelEncoder } from './pixels.js'
import type { Preprocessing } from './types.js'

const preprocessing: Preprocessing = {
  size: 16,
  resize: 20,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  mode: 'center',
}

it('every byte comes back from the pixels that it was normalised to', () => {
  scope(() => {
    const bytes = Uint8Array.from({ length: 2 * 3 * 256 }, (_, i) => (i * 7) % 256)
    const encoder = pixelEncoder(preprocessing)
    const normalised = normalisePixels(fromTypedArray(bytes, [2, 768]), preprocessing)
    expect([normalised.shape, normalised.dtype]).toEqual([[2, 3, 16, 16], 'float32'])
    const again = encoder.encode(normalised)
    expect([again.shape, again.dtype, encoder.width]).toEqual([[2, 768], 'uint8', 768])
    expect([...(again.toTypedArray() as Uint8Array)]).toEqual([...bytes])
  })
})

it('what the bytes give is what the encoder would have seen', () => {
  scope(() => {
    const rgb = Uint8Array.from({ length: 3 * 40 * 24 }, (_, i) => (i * 31) % 251)
    const seen = preprocess([{ rgb, width: 40, height: 24 }], preprocessing)
    const again = normalisePixels(pixelEncoder(preprocessing).encode(seen), preprocessing)
    expect(again.sub(seen).abs().amax().item()).toBeLessThan(1e-6)
  })
})

it('its hash is that of the preprocessing', () => {
  const hash = (changes: Partial<Preprocessing> = {}) => pixelEncoder({ ...preprocessing, ...changes }).hash
  expect(hash()).toBe(hash())
  const others = [hash({ size: 18 }), hash({ resize: 24 }), hash({ mode: 'squash' }), hash({ mean: [0, 0, 0] })]
  expect(new Set([hash(), ...others]).size).toBe(5)
})
