import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cat, grad, scope, type Tensor } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formula } from '../../methods/testing.js'
import type { Hooks } from '../types.js'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from './clip.testing.js'
import { type ClipModel, loadClip } from './load.js'

let clip: ClipModel
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'egolens-hooks-'))
  await writeClip(dir, tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
  clip = await loadClip(dir)
  await rm(dir, { recursive: true })
})
afterAll(() => clip.dispose())

const pixels = () => formula([6, 3, 8, 8])
const furthest = (a: Tensor, b: Tensor) => a.sub(b).abs().amax().item()

/** The features, and the gradient of what the hooks put in. */
function run(hooks: (extra: Tensor[]) => Hooks) {
  const extra = [
    [1, 2, 16],
    [3, 2, 16],
    [6, 1, 16],
  ].map((shape, i) => formula(shape, { start: i, step: 0.9 }).requiresGrad_(true))
  const { tower } = clip.image
  const features = tower.pool(tower.run(tower.embed(pixels()), hooks(extra)))
  const gradients = grad([features.mul(formula(features.shape, { step: 0.41 })).sum()], extra)
  return { features, gradients: gradients as Tensor[] }
}

describe('tokens beside those of a layer', () => {
  it('are what tokens put in before it and taken out after it are, each group for its neighbours', () => {
    scope(() => {
      const beside = run((extra) => ({ beside: () => extra }))
      const expanded = (group: Tensor) => {
        const items = group.shape[0]!
        return group
          .unsqueeze(1)
          .expand([items, 6 / items, ...group.shape.slice(1)])
          .reshape([6, -1, 16])
      }
      const inside = run((extra) => ({
        before: (_, x) => cat([x, ...extra.map(expanded)], 1),
        after: (_, x) => x.narrow(1, 0, 5),
      }))
      expect(furthest(beside.features, inside.features)).toBeLessThan(1e-5)
      beside.gradients.forEach((gradient, i) => {
        expect(gradient.abs().amax().item()).toBeGreaterThan(1e-3)
        expect(furthest(gradient, inside.gradients[i]!)).toBeLessThan(1e-5)
      })
      expect(furthest(beside.features, clip.image.encode(pixels()))).toBeGreaterThan(1e-3)
    })
  })
})

describe('tokens that do not leave a layer', () => {
  it('are those cut off after it; of the last layer the class token is enough', () => {
    scope(() => {
      const { tower } = clip.image
      const tokens = tower.embed(pixels())
      const cut = tower.run(tokens, { after: (layer, x) => (layer === 0 ? x.narrow(1, 0, 3) : undefined) })
      const kept = tower.run(tokens, { kept: (layer) => (layer === 0 ? 3 : undefined) })
      expect(kept.shape).toEqual([6, 3, 16])
      expect(furthest(cut, kept)).toBeLessThan(1e-5)
      const last = tower.run(tokens, { kept: (layer) => (layer === 1 ? 1 : undefined) })
      expect(last.shape).toEqual([6, 1, 16])
      expect(furthest(tower.pool(last), clip.image.encode(pixels()))).toBeLessThan(1e-5)
    })
  })

  it('in a text, whose tokens look backwards only, are none that are needed', () => {
    scope(() => {
      const { ids, ends } = clip.text.tokenize(['w3 w4'])
      const tokens = clip.text.embedTokens(ids)
      const kept = clip.text.encodeFromEmbeddings(tokens, ends, { kept: (layer) => (layer === 0 ? 4 : undefined) })
      expect(furthest(kept, clip.text.encode(['w3 w4']))).toBeLessThan(1e-5)
    })
  })
})

describe('what is added to the tokens', () => {
  it('is added before the first norm, to all but those that join without positions', () => {
    scope(() => {
      const { tower } = clip.image
      const [extra, added] = [formula([6, 2, 16]), formula([6, 1, 16], { step: 0.5 })]
      const [plain, moved] = [tower.embed(pixels(), extra), tower.embed(pixels(), extra, added)]
      expect(furthest(plain.narrow(1, 5, 2), moved.narrow(1, 5, 2))).toBe(0)
      const positions = tower.embed(pixels(), undefined, added.expand([6, 5, 16]))
      expect(furthest(positions, moved.narrow(1, 0, 5))).toBeLessThan(1e-6)
      expect(furthest(plain.narrow(1, 0, 5), moved.narrow(1, 0, 5))).toBeGreaterThan(1e-2)
    })
  })
})
