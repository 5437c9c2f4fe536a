import { Generator, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { createMethod } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'
import type { Batch, Method } from './types.js'

const labels = { verb: standInLabels(['take', 'put', 'cut'], 'verb'), noun: standInLabels(['cup', 'pan']) }

function make(options: Record<string, unknown> = {}): Method {
  const setting = { backbone: standInBackbone(), components: ['verb', 'noun'] as const, frames: 4, labels }
  const generator = new Generator(1)
  const method = createMethod(
    'probe',
    { width: 16, ...options },
    { ...setting, components: ['verb', 'noun'], generator },
  )
  method.module.eval()
  return method
}

const batch = (reverse: boolean): Batch => {
  const frames = (start: number) => {
    const x = formula([2, 4, 8], { start })
    return reverse ? x.flip([1]) : x
  }
  const context = { full: frames(0.1), hand: frames(0.9) }
  return { ids: ['a', 'b'], features: {}, context, pixels: {}, labels: {} }
}

const verbLogits = (method: Method, reverse = false) =>
  scope(() => method.forward(batch(reverse), null).logits.verb!.tolist() as number[][]).flat()

describe('the supervised probe', () => {
  it('has a head for each component of its training classes', () => {
    scope(() => {
      const { logits } = make().forward(batch(false), null)
      expect(logits.verb!.shape).toEqual([2, 3])
      expect(logits.noun!.shape).toEqual([2, 2])
    })
  })

  it('tells the order of frames apart, and not without its transformer', () => {
    const [forward, backward] = [verbLogits(make()), verbLogits(make(), true)]
    expect(Math.max(...forward.map((value, i) => Math.abs(value - backward[i]!)))).toBeGreaterThan(1e-4)
    const [mean, meanBackward] = [verbLogits(make({ layers: 0 })), verbLogits(make({ layers: 0 }), true)]
    for (const [i, value] of mean.entries()) expect(value).toBeCloseTo(meanBackward[i]!, 5)
  })

  it('refuses another label set', () => {
    const other = { ...labels, noun: standInLabels(['cup', 'saw']) }
    expect(() => make().classes(other)).toThrow(/cannot score those of/)
    expect(make().classes(labels)).toBeNull()
  })
})
