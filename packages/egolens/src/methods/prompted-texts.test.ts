import { F, Generator, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { PromptedTexts } from './prompted-texts.js'
import { createMethod } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'

const labels = { noun: standInLabels(['cup', 'pan', 'knife', 'tap', 'board']) }

/** The gradient of a CoOp step's context, and its loss. */
function step(options: Record<string, unknown>) {
  return scope(() => {
    const setting = {
      backbone: standInBackbone(),
      components: ['noun' as const],
      generator: new Generator(3),
      frames: 2,
      labels,
    }
    const method = createMethod('coop', { contextTokens: 3, ...options }, setting)
    const batch = { ids: ['a', 'b'], features: { full: formula([2, 2, 8]) }, context: {}, pixels: {}, labels: {} }
    const { logits } = method.forward(batch, method.classes(labels))
    const loss = F.crossEntropy(logits.noun!, formula([2], { scale: 0 }).to('int64'))
    method.backward!(loss)
    const [context] = method.module.parameters()
    const result = { loss: loss.item(), gradient: [...(context!.grad!.toTypedArray() as Float32Array)] }
    method.module.dispose()
    return result
  })
}

describe('prompted class texts', () => {
  it('have the same loss and gradient whatever the chunk, computed once or twice', () => {
    const whole = step({ classChunk: 64 })
    for (const options of [
      { classChunk: 2 },
      { classChunk: 2, recompute: true },
      { classChunk: 64, recompute: true },
    ]) {
      const found = step(options)
      expect(found.loss).toBeCloseTo(whole.loss, 5)
      found.gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(whole.gradient[i]!, 4)
      })
    }
    expect(whole.gradient.some((value) => Math.abs(value) > 1e-4)).toBe(true)
  })

  it('recomputed, run one chunk at a time after the loss, and a step that ended early leaves nothing', () => {
    scope(() => {
      const x = formula([5, 2]).requiresGrad_(true)
      const seen: [number, number][] = []
      const texts = new PromptedTexts({ classChunk: 2, recompute: true })
      const encode = (from: number, count: number) => {
        seen.push([from, count])
        return x.narrow(0, from, count).mul(2)
      }
      texts.encode(5, encode)
      texts.reset()
      const vectors = texts.encode(5, encode)
      vectors.sum().backward()
      expect(x.grad).toBeNull()
      seen.length = 0
      texts.backward()
      expect(seen).toEqual([
        [0, 2],
        [2, 2],
        [4, 1],
      ])
      expect([...(x.grad!.toTypedArray() as Float32Array)]).toEqual(new Array(10).fill(2))
      texts.backward()
      expect([...(x.grad!.toTypedArray() as Float32Array)]).toEqual(new Array(10).fill(2))
    })
  })
})
