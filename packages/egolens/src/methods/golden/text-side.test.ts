import { readFileSync } from 'node:fs'
import { Generator } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClipModel } from '../../encoders/clip/load.js'
import { createMethod } from '../registry.js'
import type { Backbone } from '../types.js'
import { fillByFormula, type Golden, goldenClip, run } from './text-side.testing.js'

// Made by text-side.py with PyTorch 1.13.1.
const golden = JSON.parse(readFileSync(new URL('text-side.json', import.meta.url), 'utf8')) as Record<string, Golden>

const bare = { init: 'random', fullStop: false, prompt: '{}' }
const pick = (names: (keyof typeof bare)[]) => Object.fromEntries(names.map((name) => [name, bare[name]]))
const cases: [string, string, Record<string, unknown>][] = [
  ['coop', 'coop', { contextTokens: 3 }],
  ['coop middle', 'coop', { contextTokens: 3, classToken: 'middle' }],
  ['cocoop original', 'cocoop', pick(['init', 'fullStop'])],
  ['cocoop x-mic temporal', 'cocoop', { preset: 'x-mic', contextTokens: 4, temporalLayers: 1 }],
  ['clip-adapter original', 'clip-adapter', pick(['prompt'])],
  ['clip-adapter x-mic', 'clip-adapter', { preset: 'x-mic' }],
  ['clip-adapter-temporal', 'clip-adapter-temporal', pick(['prompt'])],
  ['a5', 'a5', { prefix: 3, postfix: 4 }],
]

let clip: ClipModel
let backbone: Backbone
beforeAll(async () => {
  ;({ clip, backbone } = await goldenClip())
})
afterAll(() => clip.dispose())

function found(name: string, options: Record<string, unknown>): Golden {
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: 4 }
  const method = createMethod(name, options, setting)
  fillByFormula(method)
  const result = run(method)
  method.module.dispose()
  return result
}

function expectEqual(actual: Golden, expected: Golden): void {
  const near = (value: number, digits: number) => expect.closeTo(value, digits)
  expect(actual.logits).toEqual(expected.logits.map((row) => row.map((value) => near(value, 4))))
  expect(actual.loss).toBeCloseTo(expected.loss, 4)
  const norms = Object.entries(expected.gradientNorms).map(([of, value]) => [of, near(value, 3)])
  expect(actual.gradientNorms).toEqual(Object.fromEntries(norms))
}

describe.each(cases)('%s', (name, method, options) => {
  it('has the logits, the loss and the gradients of an independent reference', () => {
    expectEqual(found(method, options), golden[name]!)
  })

  it.skipIf(!/coop|a5/.test(name))('has them with whole texts, in chunks of any size, computed once or twice', () => {
    for (const sharePrefix of [true, false]) {
      for (const recompute of [true, false]) {
        for (const classChunk of [1, 3]) {
          expectEqual(found(method, { ...options, sharePrefix, recompute, classChunk }), golden[name]!)
        }
      }
    }
  })
})
