import { Generator, scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { createMethod, methodNamed, methods } from './registry.js'
import { standInBackbone, standInLabels } from './testing.js'
import type { Batch } from './types.js'

function make(options: Record<string, unknown> = {}) {
  const backbone = standInBackbone({ width: 2, logitScale: Math.log(10) })
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: 2 }
  return { backbone, method: createMethod('zero-shot', options, setting) }
}

// Two frames, one three times as long as the other.
const batch = (): Batch => ({
  ids: ['a'],
  features: {
    full: tensor([
      [
        [3, 0],
        [0, 1],
      ],
    ]),
    hand: tensor([
      [
        [0, 1],
        [0, 1],
      ],
    ]),
  }, // prettier-ignore
  context: {},
  pixels: {},
  labels: {},
})

const logits = (options: Record<string, unknown>) =>
  scope(() =>
    make(options)
      .method.forward(batch(), {
        noun: tensor([
          [5, 0],
          [0, 7],
        ]),
      })
      .logits.noun!.tolist(),
  ) // prettier-ignore

describe('zero-shot CLIP', () => {
  it('is the scaled cosine of the mean frame with each text', () => {
    const length = Math.hypot(3, 1)
    expect(logits({})).toEqual([[expect.closeTo(30 / length, 4), expect.closeTo(10 / length, 4)]])
  })

  it('may weigh every frame the same', () => {
    const diagonal = expect.closeTo(10 / Math.SQRT2, 4)
    expect(logits({ frameNorm: 'l2' })).toEqual([[diagonal, diagonal]])
  })

  it('may look at the hands alone', () => {
    expect(logits({ view: 'hand' })).toEqual([[expect.closeTo(0, 4), expect.closeTo(10, 4)]])
  })

  it('writes a sentence around the class name, or not', () => {
    const texts = (options: Record<string, unknown>) => {
      const { backbone, method } = make(options)
      scope(() => method.classes({ noun: standInLabels(['cup']) }))
      return (backbone.text as unknown as { seen: string[] }).seen
    }
    expect(texts({})).toEqual(['a photo of a cup'])
    expect(texts({ prompt: '{}' })).toEqual(['cup'])
    expect(texts({ prompt: {} })).toEqual(['cup']) // what YAML makes of an unquoted {}
  })

  it('has nothing to train', () => {
    expect(make().method.module.parameters()).toEqual([])
  })
})

describe('the registry of methods', () => {
  it('knows each by its own name', () => {
    expect([...methods.keys()]).toEqual(expect.arrayContaining(['zero-shot', 'coop', 'x-mic']))
    for (const [name, method] of methods) expect(method.name).toBe(name)
  })

  it('suggests the nearest name', () => {
    expect(() => methodNamed('x-mik')).toThrow('there is no method "x-mik"')
    expect(() => methodNamed('x-mik')).toThrow(
      expect.objectContaining({ cure: expect.stringContaining('did you mean x-mic') }),
    )
  })
})
