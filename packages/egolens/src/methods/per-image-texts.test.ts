import { F, grad, noGrad, scope, type Tensor, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { PerImageTexts, type Score } from './per-image-texts.js'
import { formula } from './testing.js'

const [B, K, n, w] = [3, 5, 2, 4]
const labels = () => tensor([1, 4, 0], { dtype: 'int64' })

/** A stand-in for the tower: not linear in the contexts, so that a wrong point of the gradient shows. */
function scorer(classes: Tensor, seen: string[] = []): Score {
  return ({ inputs, images, classes: range }) => {
    seen.push(`${images.from}+${images.count} ${range.from}+${range.count}`)
    return inputs[0]!
      .flatten(1)
      .tanh()
      .matmul(classes.narrow(0, range.from, range.count).t())
  }
}

/** Gradients of one source that makes two sets of contexts, as one network does for verbs and nouns. */
function gradients(classChunk: number, recompute: boolean): { loss: number; gradient: Tensor } {
  const source = formula([B, n, w]).requiresGrad_(true)
  const texts = new PerImageTexts({ classChunk, recompute })
  const bent = source.sin()
  const losses = [bent, bent.mul(0.5)].map((contexts, i) => {
    const score = scorer(formula([K, n * w], { start: i }))
    return F.crossEntropy(texts.score([contexts], K, score), labels())
  })
  const loss = losses[0]!.add(losses[1]!)
  loss.backward()
  texts.backward()
  return { loss: loss.item(), gradient: source.grad! }
}

describe('class texts of each image', () => {
  it('have the same loss and gradient whatever the chunk, computed once or twice', () => {
    scope(() => {
      const whole = gradients(100, false)
      expect(whole.gradient.abs().amax().item()).toBeGreaterThan(1e-2)
      for (const recompute of [false, true]) {
        for (const classChunk of [1, 2, 5, 10, 100]) {
          const found = gradients(classChunk, recompute)
          expect(found.loss).toBeCloseTo(whole.loss, 6)
          expect(found.gradient.sub(whole.gradient).abs().amax().item()).toBeLessThan(1e-6)
        }
      }
    })
  })

  it('share a chunk between images where the label set is small, and are cut where it is large', () => {
    scope(() => {
      const chunks = (classChunk: number) => {
        const seen: string[] = []
        const texts = new PerImageTexts({ classChunk, recompute: true })
        noGrad(() => texts.score([formula([B, n, w])], K, scorer(formula([K, n * w]), seen)))
        return seen
      }
      expect(chunks(11)).toEqual(['0+2 0+5', '2+1 0+5'])
      expect(chunks(3)).toEqual(['0+1 0+3', '0+1 3+2', '1+1 0+3', '1+1 3+2', '2+1 0+3', '2+1 3+2'])
    })
  })

  it('send gradients to every input, and forget a step that ended early', () => {
    scope(() => {
      const [a, b] = [formula([B, w]).requiresGrad_(true), formula([B, w], { start: 2 }).requiresGrad_(true)]
      const classes = formula([K, w])
      const score: Score = ({ inputs, classes: { from, count } }) =>
        inputs[0]!.mul(inputs[1]!).matmul(classes.narrow(0, from, count).t())
      const texts = new PerImageTexts({ classChunk: 2, recompute: true })
      texts.score([a, b], K, score)
      texts.reset()
      F.crossEntropy(texts.score([a, b], K, score), labels()).backward()
      expect(a.grad).toBeNull()
      texts.backward()
      const plain = F.crossEntropy(a.mul(b).matmul(classes.t()), labels())
      const [da, db] = grad([plain], [a, b])
      expect(a.grad!.sub(da!).abs().amax().item()).toBeLessThan(1e-6)
      expect(b.grad!.sub(db!).abs().amax().item()).toBeLessThan(1e-6)
    })
  })
})
