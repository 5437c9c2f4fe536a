import { scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../methods/types.js'
import { countCorrect, countLabelled, defaultLoss } from './loss.js'

const batch = (labels: Batch['labels']): Batch => ({ ids: ['a', 'b'], features: {}, context: {}, pixels: {}, labels })
const ids = (...values: number[]) => tensor(values, { dtype: 'int64' })

/** -log softmax at the label, by definition. */
const entropy = (row: number[], label: number) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label]!

describe('the loss', () => {
  const [verbs, nouns] = [
    [
      [1, 2],
      [0, -1],
    ],
    [
      [3, 1, 0],
      [0.5, 0, 2],
    ],
  ] // prettier-ignore

  it('is the mean cross-entropy of each component, summed, with the method’s own losses', () => {
    scope(() => {
      const output = { logits: { verb: tensor(verbs), noun: tensor(nouns) }, aux: { spread: tensor(0.25) } }
      const loss = defaultLoss(output, batch({ verb: ids(1, 0), noun: ids(0, 1) })).item()
      const verb = (entropy(verbs![0]!, 1) + entropy(verbs![1]!, 0)) / 2
      const noun = (entropy(nouns![0]!, 0) + entropy(nouns![1]!, 1)) / 2
      expect(loss).toBeCloseTo(verb + noun + 0.25, 5)
    })
  })

  it('counts clips whose own label is at the top', () => {
    scope(() => {
      const output = { logits: { noun: tensor(nouns) } }
      expect(countCorrect(output, batch({ noun: ids(0, 1) }))).toEqual({ noun: 1 })
    })
  })

  it('leaves out clips without a label: the mean is over the others', () => {
    scope(() => {
      const output = { logits: { verb: tensor(verbs), noun: tensor(nouns) } }
      const loss = defaultLoss(output, batch({ verb: ids(-1, 0), noun: ids(0, 1) })).item()
      const noun = (entropy(nouns![0]!, 0) + entropy(nouns![1]!, 1)) / 2
      expect(loss).toBeCloseTo(entropy(verbs![1]!, 0) + noun, 5)
    })
  })

  it('is 0 with gradients of 0 for a component that no clip has a label of', () => {
    scope(() => {
      const [verb, noun] = [tensor(verbs).requiresGrad_(true), tensor(nouns).requiresGrad_(true)]
      const nothing = defaultLoss({ logits: { verb } }, batch({ verb: ids(-1, -1) }))
      expect(nothing.item()).toBe(0)
      const loss = defaultLoss({ logits: { verb, noun } }, batch({ verb: ids(-1, -1), noun: ids(0, -1) }))
      expect(loss.item()).toBeCloseTo(entropy(nouns![0]!, 0), 5)
      loss.backward()
      expect(verb.grad!.tolist()).toEqual([
        [0, 0],
        [0, 0],
      ])
      expect((noun.grad!.tolist() as number[][])[1]).toEqual([0, 0, 0])
    })
  })

  it('counts clips with a label, and among these those that are right', () => {
    scope(() => {
      const output = { logits: { verb: tensor(verbs), noun: tensor(nouns) } }
      const masked = batch({ verb: ids(-1, -1), noun: ids(0, -1) })
      expect(countCorrect(output, masked)).toEqual({ verb: 0, noun: 1 })
      expect(countLabelled(masked)).toEqual({ verb: 0, noun: 1 })
    })
  })

  it('needs labels', () => {
    scope(() => {
      expect(() => defaultLoss({ logits: { noun: tensor(nouns) } }, batch({}))).toThrow('no noun labels')
    })
  })
})
