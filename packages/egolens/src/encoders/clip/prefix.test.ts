import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cat, Generator, grad, noGrad, randn, scope, type Tensor } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from './clip.testing.js'
import { type ClipModel, loadClip } from './load.js'

let clip: ClipModel
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'egolens-prefix-'))
  const config = { ...tinyConfig, text: { ...tinyConfig.text, layers: 3, context: 12 } }
  await writeClip(dir, config, formulaWeights(config), wordTokenizer(20))
  clip = await loadClip(dir)
  await rm(dir, { recursive: true })
})
afterAll(() => clip.dispose())

const [G, K, P, R, W] = [2, 3, 5, 4, tinyConfig.text.width]
const ends = [3, 0, 2]

/** The same through whole texts: every prefix before every rest. */
function whole(prefix: Tensor, rest: Tensor): Tensor {
  const texts = Array.from({ length: G }, (_, g) =>
    cat([prefix.narrow(0, g, 1).expand([K, P, W]), rest.select(0, g)], 1),
  )
  const places = texts.flatMap(() => ends.map((end) => P + end))
  return clip.text.encodeFromEmbeddings(cat(texts), places).view([G, K, -1])
}

const worst = (a: Tensor, b: Tensor) => a.sub(b).abs().amax().item()

function inputs() {
  const generator = new Generator(4)
  const prefix = randn([G, P, W], { generator }).requiresGrad_(true)
  return { prefix, rest: randn([G, K, R, W], { generator }).requiresGrad_(true) }
}

describe('texts after a prefix that they share', () => {
  it('are encoded as whole texts are', () => {
    scope(() => {
      const { prefix, rest } = inputs()
      const found = clip.text.encodeAfterPrefix(prefix, rest, ends)
      expect(found.shape).toEqual([G, K, tinyConfig.width])
      expect(worst(found, whole(prefix, rest))).toBeLessThan(1e-5)
    })
  })

  it('send the same gradients to the prefix and to what follows', () => {
    scope(() => {
      const { prefix, rest } = inputs()
      const weights = randn([G, K, tinyConfig.width], { generator: new Generator(5) })
      const [ours, theirs] = [clip.text.encodeAfterPrefix(prefix, rest, ends), whole(prefix, rest)].map((encoded) =>
        grad([encoded.mul(weights).sum()], [prefix, rest]),
      )
      for (const i of [0, 1]) {
        expect(ours![i]!.abs().amax().item()).toBeGreaterThan(1e-3)
        expect(worst(ours![i]!, theirs![i]!)).toBeLessThan(1e-5)
      }
    })
  })

  it('take gradients for one of the two alone, or for none', () => {
    scope(() => {
      const { prefix, rest } = inputs()
      const [ours] = grad([clip.text.encodeAfterPrefix(prefix.detach(), rest, ends).sum()], [rest])
      expect(worst(ours!, grad([whole(prefix.detach(), rest).sum()], [rest])[0]!)).toBeLessThan(1e-5)
      const plain = noGrad(() => clip.text.encodeAfterPrefix(prefix, rest, ends))
      expect(plain.requiresGrad).toBe(false)
    })
  })

  it('may be longer than the prefix, and the prefix a single token', () => {
    scope(() => {
      const { prefix, rest } = inputs()
      const short = prefix.narrow(1, 0, 1)
      const texts = cat([short.narrow(0, 0, 1).expand([K, 1, W]), rest.select(0, 0)], 1)
      const places = ends.map((end) => 1 + end)
      const expected = clip.text.encodeFromEmbeddings(texts, places)
      const found = clip.text.encodeAfterPrefix(short.narrow(0, 0, 1), rest.narrow(0, 0, 1), ends)
      expect(worst(found.select(0, 0), expected)).toBeLessThan(1e-5)
    })
  })
})
