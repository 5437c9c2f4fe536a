import { readFileSync } from 'node:fs'
import { Generator, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { createMethod, methods } from './registry.js'
import { standInBackbone } from './testing.js'
import type { Backbone } from './types.js'

/** The widths of CLIP ViT-B/16 without its networks: what is trained depends on nothing else. */
function widthsOfB16(): Backbone {
  const own = standInBackbone({ width: 512 })
  const image = { ...own.image, tower: { layers: 12, width: 768, patch: 16 } }
  const tokenize = () => ({ ids: tensor([[0]]), ends: [9] })
  const text = { ...own.text, width: 512, tokenWidth: 512, contextLength: 77, tokenize }
  return { ...own, image, context: image, text } as unknown as Backbone
}

/** Of a transformer block: attention, an MLP of four times the width, two norms. */
const block = 4 * 512 ** 2 + 4 * 512 + 2 * (4 * 512 * 512) + 5 * 512 + 4 * 512

/** Trained values by hand, at the defaults, 16 frames a clip and one component. */
const byHand: Record<string, number> = {
  'zero-shot': 0,
  coop: 16 * 512,
  // The meta-net's two layers with biases, and four vectors.
  cocoop: 4 * 512 + (512 * 32 + 32) + (32 * 512 + 512),
  'clip-adapter': 2 * 512 * 128,
  'clip-adapter-temporal': 2 * 512 * 128 + 16 * 512 + 2 * block,
  a5: 77 * 512 + 16 * 512 + 2 * block,
  'x-mic': 3 * 1_184_384 + 16 * 512 + 33_312 + 1,
}

const made = (name: string, components: ('verb' | 'noun')[] = ['noun']) => {
  const frames = name === 'vita-clip' ? 8 : 16
  const method = createMethod(name, {}, { backbone: widthsOfB16(), components, generator: new Generator(1), frames })
  const count = method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)
  method.module.dispose()
  return count
}

describe('trained values at the widths of ViT-B/16', () => {
  it.each(Object.entries(byHand))('of %s are %d', (name, count) => expect(made(name)).toBe(count))

  it('are those that docs/methods.md tells, of every method', () => {
    const page = readFileSync(new URL('../../../../docs/methods.md', import.meta.url), 'utf8')
    const told = [...page.matchAll(/^\| `([\w-]+)` \|.*\| ([\d,]+)(?: \([^)]*\))? \|$/gm)].map(([, name, count]) => [
      name!,
      Number(count!.replaceAll(',', '')),
    ])
    const both = (name: string) => made(name, name === 'egoprompt' ? ['verb', 'noun'] : ['noun'])
    expect(told).toEqual([...methods.keys()].filter((name) => name !== 'probe').map((name) => [name, both(name)]))
  })
})
