import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F, Generator, noGrad, scope, type Tensor, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { loadClip } from '../encoders/clip/load.js'
import { arrange } from './coop.layout.js'
import { createMethod } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'

const names = ['cup', 'pan', 'knife', 'tap']
const labels = { noun: standInLabels(names) }

function make(options: Record<string, unknown> = {}, seed = 1) {
  const setting = {
    backbone: standInBackbone(),
    components: ['noun' as const],
    generator: new Generator(seed),
    frames: 2,
    labels,
  }
  return createMethod('coop', { contextTokens: 3, ...options }, setting)
}

const context = (method: ReturnType<typeof make>) => method.module.parameters()[0]!

const classes = (options: Record<string, unknown>, seed = 1) =>
  scope(() => (make(options, seed).classes(labels) as { noun: { tolist(): number[][] } }).noun.tolist())

describe('the order of tokens and learned vectors', () => {
  const order = (place: 'end' | 'middle' | 'front') =>
    arrange(2, 4, 3, place)
      .map((at) => ('token' in at ? `t${at.token}` : `v${at.vector}`))
      .join(' ')

  it('is start, vectors, name, full stop, end; or the name first; or between', () => {
    expect(order('end')).toBe('t0 v0 v1 v2 t1 t2 t3 t4')
    expect(order('front')).toBe('t0 t1 t2 v0 v1 v2 t3 t4')
    expect(order('middle')).toBe('t0 v0 t1 t2 v1 v2 t3 t4')
  })
})

describe('CoOp', () => {
  it('has 16 vectors from N(0, 0.02^2) unless told otherwise', () => {
    const setting = {
      backbone: standInBackbone(),
      components: ['noun' as const],
      generator: new Generator(1),
      frames: 2,
    }
    const [vectors] = createMethod('coop', {}, setting).module.parameters()
    expect(vectors!.shape).toEqual([16, 6])
    const std = Math.sqrt(vectors!.pow(2).mean().item())
    expect(std).toBeGreaterThan(0.015)
    expect(std).toBeLessThan(0.025)
  })

  it('begins as the words of a phrase where it is told to, and at random where a word has no token of its own', () => {
    scope(() => {
      const { text } = standInBackbone() // one token a letter
      const [a, b] = ['a', 'b'].map((word) => text.embedTokens(text.tokenize([word]).ids.narrow(1, 1, 1)).flatten())
      const norms = (x: Tensor) =>
        [0, 2].map((i) =>
          x
            .select(-2, i)
            .sub(i === 0 ? a! : b!)
            .abs()
            .amax()
            .item(),
        )
      const begin = (options: object) => {
        const setting = { backbone: standInBackbone(), components: ['noun' as const], frames: 2, labels }
        const given = { init: 'phrase', phrase: 'a cup b', ...options }
        return createMethod('coop', given, { ...setting, generator: new Generator(1) }).module.parameters()[0]!
      }
      const whole = begin({})
      expect(whole.shape).toEqual([3, 6])
      expect(norms(whole)).toEqual([0, 0])
      expect(whole.select(0, 1).abs().amax().item()).toBeLessThan(0.1)
      const longer = begin({ contextTokens: 5 })
      expect(longer.shape).toEqual([5, 6])
      expect(norms(longer)).toEqual([0, 0])
      expect(begin({ contextTokens: 1 }).sub(a!).abs().amax().item()).toBe(0)
      const own = begin({ classSpecific: true })
      expect(own.shape).toEqual([4, 3, 6])
      expect(norms(own)).toEqual([0, 0])
      expect(begin({ phrase: undefined }).shape).toEqual([4, 6]) // a photo of a
    })
  })

  it('encodes a class as the text tower would with the vectors in place', () => {
    scope(() => {
      const method = make({ contextTokens: 2, classToken: 'end' })
      const { text } = standInBackbone()
      const vectors = context(method)
      const { ids, ends } = text.tokenize(['cup'])
      const tokens = text.embedTokens(ids)
      const rows = [tokens.select(0, 0).narrow(0, 0, 1), vectors, tokens.select(0, 0).narrow(0, 1, ends[0]!)]
      const sequence = tensor(rows.flatMap((part) => part.tolist() as number[][]))
      const expected = F.normalize(text.encodeFromEmbeddings(sequence.unsqueeze(0), [ends[0]! + 2]))
      const { noun } = method.classes({ noun: standInLabels(['cup']) }) as { noun: typeof expected }
      expect(noun.sub(expected).abs().amax().item()).toBeLessThan(1e-6)
    })
  })

  it('with the embeddings of words as vectors encodes the text of those words, in the real text tower', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'egolens-coop-'))
    await writeClip(dir, tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
    const clip = await loadClip(dir)
    await rm(dir, { recursive: true })
    const backbone = { image: clip.image, context: clip.image, text: clip.text, logitScale: 0 }
    const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: 1 }
    const orders = { end: 'w3 w4 NAME', middle: 'w3 NAME w4', front: 'NAME w3 w4' } as const
    for (const classToken of ['end', 'middle', 'front'] as const) {
      const method = createMethod('coop', { contextTokens: 2, classToken }, setting)
      scope(() => {
        const words = clip.text.embedTokens(tensor([[3, 4]], { dtype: 'int64' }))
        noGrad(() => method.module.parameters()[0]!.copy_(words.select(0, 0)))
        const { noun } = method.classes({ noun: standInLabels(['w7', 'w8 w9']) }) as { noun: Tensor }
        const texts = ['w7', 'w8 w9'].map((name) => orders[classToken].replace('NAME', name))
        expect(
          noun
            .sub(F.normalize(clip.text.encode(texts)))
            .abs()
            .amax()
            .item(),
        ).toBeLessThan(1e-5)
      })
    }
    clip.dispose()
  })

  it('gives the same in chunks of any size', () => {
    const whole = classes({ classChunk: 100 })
    for (const classChunk of [1, 3]) {
      expect(classes({ classChunk })).toEqual(whole.map((row) => row.map((value) => expect.closeTo(value, 5))))
    }
  })

  it('sends gradients to the vectors, every step anew', () => {
    scope(() => {
      const method = make()
      const logits = method.forward(
        { ids: ['a'], features: { full: formula([1, 2, 8]) }, context: {}, pixels: {}, labels: {} },
        method.classes(labels),
      ).logits.noun!
      expect(logits.shape).toEqual([1, 4])
      F.crossEntropy(logits, tensor([2], { dtype: 'int64' })).backward()
      expect(context(method).grad!.abs().sum().item()).toBeGreaterThan(0)
      const before = method.classes(labels) as { noun: typeof logits }
      noGrad(() => context(method).add_(1))
      const after = method.classes(labels) as { noun: typeof logits }
      expect(before.noun.sub(after.noun).abs().amax().item()).toBeGreaterThan(1e-3)
    })
  })

  it.each([
    ['classToken', { classToken: 'end' }, { classToken: 'front' }],
    ['classToken', { classToken: 'end' }, { classToken: 'middle' }],
    ['fullStop', { fullStop: false }, { fullStop: true }],
    ['contextTokens', { contextTokens: 3 }, { contextTokens: 4 }],
  ])('%s changes the class vectors', (_, a, b) => {
    expect(classes(a)).not.toEqual(classes(b))
  })

  it.each([
    ['view', { view: 'hand' }],
    ['frameNorm', { frameNorm: 'l2' }],
  ])('%s changes the video vector', (_, options) => {
    const logits = (more: Record<string, unknown>) =>
      scope(() => {
        const method = make(more)
        const views = { full: formula([2, 2, 8], { scale: 3 }), hand: formula([2, 2, 8], { start: 1, scale: 3 }) }
        const batch = { ids: ['a', 'b'], features: views, context: {}, pixels: {}, labels: {} }
        return method.forward(batch, method.classes(labels)).logits.noun!.tolist()
      })
    expect(logits(options)).not.toEqual(logits({}))
  })

  it('scores other label sets with shared vectors', () => {
    const method = make()
    expect(method.transfersToNewLabels).toBe(true)
    scope(() => {
      const { noun } = method.classes({ noun: standInLabels(['bowl', 'rag']) }) as { noun: { shape: number[] } }
      expect(noun.shape).toEqual([2, 8])
    })
  })

  it('with vectors for each class scores the training classes alone', () => {
    const method = make({ classSpecific: true })
    expect(context(method).shape).toEqual([4, 3, 6])
    expect(method.transfersToNewLabels).toBe(false)
    expect(classes({ classSpecific: true, classChunk: 3 })).toHaveLength(4)
    expect(() => method.classes({ noun: standInLabels(['bowl', 'rag']) })).toThrow('were learned for 4 noun classes')
  })

  it('names the class that is too long with its vectors', () => {
    const method = make({ contextTokens: 35 })
    expect(() => method.classes(labels)).toThrow(
      '"knife" with its learned vectors is 42 tokens, the text tower takes 40',
    )
  })
})
