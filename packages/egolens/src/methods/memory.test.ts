import { fileURLToPath } from 'node:url'
import { F, Generator, memory, resetPeak, scope, zeros } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClipModel, loadClip } from '../encoders/clip/load.js'
import { createMethod } from './registry.js'
import { formula, standInLabels } from './testing.js'

let clip: ClipModel
beforeAll(async () => {
  clip = await loadClip(fileURLToPath(new URL('../../assets/small-clip', import.meta.url)))
})
afterAll(() => clip.dispose())

interface Size {
  classes: number
  clips: number
}

const FRAMES = 2

/** Bytes that one step takes at most, beside what is held before it. */
function peak(name: string, options: Record<string, unknown>, { classes, clips }: Size): number {
  return scope(() => {
    const names = Array.from({ length: classes }, (_, i) => `${colours[i % 16]} ${things[Math.floor(i / 16)]}`)
    const backbone = { image: clip.image, context: clip.image, text: clip.text, logitScale: clip.logitScale }
    const setting = { backbone, components: ['noun' as const], generator: new Generator(3), frames: FRAMES }
    const method = createMethod(name, options, setting)
    const { width, preprocessing } = clip.image
    const full = formula([clips, FRAMES, width])
    const pixels =
      method.needs.clip === 'pixels' ? formula([clips, FRAMES, 3, preprocessing.size, preprocessing.size]) : full
    const ids = Array.from({ length: clips }, (_, i) => `${i}`)
    const batch = { ids, features: { full }, context: {}, pixels: { full: pixels }, labels: {} }
    const before = memory().bytes
    method.enter?.(method.stages![0]!.name)
    resetPeak()
    const { logits } = method.forward(batch, method.classes({ noun: standInLabels(names) }))
    const loss = F.crossEntropy(logits.noun!, zeros([clips], { dtype: 'int64' }))
    if (method.backward) method.backward(loss)
    else loss.backward()
    const { peakBytes } = memory()
    method.module.dispose()
    return peakBytes - before
  })
}

describe('computed twice, a step holds the activations of one chunk', () => {
  it.each([
    ['coop', { contextTokens: 4 }],
    ['cocoop', { contextTokens: 4 }],
    ['a5', { prefix: 4, postfix: 4 }],
    ['egoprompt', { contextTokens: 4, heads: 4 }],
  ])('of class texts of %s, however many classes there are', (name, own) => {
    // What a class costs: its tokens' embeddings and its vector, and without recompute all that the tower made of them.
    const perClass = (options: Record<string, unknown>) => {
      const of = (classes: number) => peak(name, { classChunk: 32, ...own, ...options }, { classes, clips: 2 })
      return (of(256) - of(64)) / 192
    }
    expect(perClass({ recompute: true })).toBeLessThan(perClass({}) / 5)
  })

  it.each([
    ['vita-clip', { textVectors: 2, summaryHeads: 4 }],
    ['maple', { depth: 3 }],
  ])('of frames of %s, however many clips there are', (name, own) => {
    const perClip = (options: Record<string, unknown>) => {
      const of = (clips: number) => peak(name, { frameChunk: FRAMES, ...own, ...options }, { classes: 2, clips })
      return (of(8) - of(2)) / 6
    }
    expect(perClip({ recomputeFrames: true })).toBeLessThan(perClip({}) / 5)
  })
})

const colours = 'red blue green white black grey brown pink old new big small round flat long short'.split(' ')
const things = 'cup pan knife tap board bowl fork spoon plate lid jar box bag cloth bin hob'.split(' ')
