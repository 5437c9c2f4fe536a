import { expectNoLeak, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { goldenIds, idTensor, type TinyLanguage, tinyLanguages, tinyModel } from '../language/language.testing.js'
import type { CausalLM } from '../language/model.js'
import { scoreCandidates } from './score.js'

const prefix = goldenIds[0]!
const candidates = [[3], [4, 5, 6, 7], [4, 9], [12, 1, 30], [3, 3, 3]]

/** Each token's log-probability by a forward pass over all before it. */
function separately(model: CausalLM, candidate: number[]): number[] {
  return candidate.map((id, i) =>
    scope(() => {
      const all = [...prefix, ...candidate.slice(0, i)]
      const hidden = model.forward(model.embed(idTensor([all]))).narrow(1, all.length - 1, 1)
      return model.logits(hidden).logSoftmax(-1).reshape([-1]).select(0, id).item()
    }),
  )
}

describe.each(Object.keys(tinyLanguages) as TinyLanguage[])('%s', (name) => {
  it('scores answers after a shared prefix as it does separately', () => {
    const model = tinyModel(name)
    const scores = scope(() => scoreCandidates(model, model.embed(idTensor([prefix])), candidates))
    for (const [i, { sum, mean, tokens }] of scores.entries()) {
      const expected = separately(model, candidates[i]!)
      expect(tokens).toHaveLength(expected.length)
      for (const [j, value] of tokens.entries()) expect(Math.abs(value - expected[j]!)).toBeLessThan(1e-5)
      const total = expected.reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(total, 4)
      expect(mean).toBeCloseTo(total / expected.length, 4)
    }
    model.dispose()
  })
})

it('scores single tokens from the prefix alone, none of none, and leaves nothing behind', () => {
  const model = tinyModel()
  expectNoLeak(() =>
    scope(() => {
      const embeddings = model.embed(idTensor([prefix]))
      const [a, b] = scoreCandidates(model, embeddings, [[3], [4]])
      const [first] = scoreCandidates(model, embeddings, [[3, 5], [4]])
      expect(a!.sum).toBeCloseTo(first!.tokens[0]!, 5)
      expect(b!.tokens).toHaveLength(1)
      expect(scoreCandidates(model, embeddings, [])).toEqual([])
      expect(() => scoreCandidates(model, embeddings, [[3], []])).toThrow('answer 2 has no tokens to score')
    }),
  )
  model.dispose()
})
