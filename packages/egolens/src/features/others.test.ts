import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../test/folders.js'
import { otherSpaces, spaceDifferences } from './others.js'
import { FeatureStore } from './store.js'
import type { FeatureSpace } from './types.js'

const space: FeatureSpace = {
  encoder: 'openai/clip-vit-base-patch16',
  weights: 'a'.repeat(64),
  tap: 'joint',
  view: 'hand',
  crop: 'file|hand 0.8',
  preprocessing: { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' },
  compute: 'float32',
  unit: { kind: 'frame' },
  every: 0.25,
}
const video = 'b'.repeat(64)
const features = { times: Float64Array.of(0, 0.5, 1), values: new Float32Array(6), width: 2 }

let dir: string
let store: FeatureStore
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-others-'))
  store = await FeatureStore.open(dir)
  await store.write({ ...space, every: 0.5 }, video, features)
  await store.write({ ...space, crop: 'ssd|hand 0.6', weights: 'c'.repeat(64), encoder: 'small' }, video, features)
  await store.write({ ...space, every: 0.125 }, 'd'.repeat(64), features)
})
afterAll(() => rm(dir, { recursive: true }))

describe('features with other settings', () => {
  it('are told where those that are wanted are not there, the nearest first', async () => {
    expect(await otherSpaces(store, space, video)).toEqual([
      'every 0.5, not 0.25',
      'weights small (cccccccccccc), not openai/clip-vit-base-patch16 (aaaaaaaaaaaa), crop ssd|hand 0.6, not file|hand 0.8',
    ])
    expect((await failure(store.read(space, video), dir)).line).toContain(
      'no hand features of this video by "openai/clip-vit-base-patch16"; there are some with every 0.5, not 0.25; there are some with weights small',
    )
    expect(await otherSpaces(store, space, 'e'.repeat(64))).toEqual([])
  })

  it('are not told of what is the same', () => {
    expect(spaceDifferences({ ...space, encoder: 'a copy' }, space)).toEqual([])
    expect(spaceDifferences({ ...space, view: 'full', crop: undefined }, space)).toEqual(['view full, not hand'])
    expect(spaceDifferences({ ...space, unit: { kind: 'window', length: 4, stride: 1 } }, space)).toEqual([
      'unit {"kind":"window","length":4,"stride":1}, not {"kind":"frame"}',
    ])
  })
})
