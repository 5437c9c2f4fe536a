import { Generator, nn, noGrad, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import type { ProgressEvent } from '../../../progress.js'
import { fitLabels, type LabelledPictures } from './fit-labels.js'

const SIDE = 8
const COUNT = 64

/** Left or right half bright, and red or blue. */
function halves(): LabelledPictures {
  const plane = SIDE * SIDE
  const side = Array.from({ length: COUNT }, (_, i) => i % 2)
  const colour = Array.from({ length: COUNT }, (_, i) => (i >> 1) % 2)
  const planes = (i: number) => {
    const bytes = new Uint8Array(3 * plane)
    for (let p = 0; p < plane; p++) {
      const bright = Math.floor((p % SIDE) / (SIDE / 2)) === side[i]
      if (bright) bytes[(colour[i] === 0 ? 0 : 2 * plane) + p] = 200 + (i % 50)
    }
    return bytes
  }
  return { side: SIDE, planes, labels: { side, colour } }
}

const settings = { seed: 3, steps: 60, batch: 16, lr: 2e-2, weightDecay: 0, warmup: 3, crop: 0.9, mirror: false }

async function fit(pictures: LabelledPictures, mirror = false) {
  const layer = new nn.Linear(3 * SIDE * SIDE, 8, { generator: new Generator(1) })
  const events: ProgressEvent[] = []
  await fitLabels(
    pictures,
    { ...settings, mirror },
    {
      parameters: layer.parameters(),
      features: (pixels) => layer.forward(pixels.flatten(1)),
      width: 8,
      classes: { side: 2, colour: 2 },
      task: 'halves',
      progress: (event) => events.push(event),
    },
  )
  const sum = noGrad(() => scope(() => layer.weight.sum().item()))
  const trained = layer.parameters().some(({ requiresGrad }) => requiresGrad)
  layer.dispose()
  return { events, sum, trained, note: events.at(-1)!.note! }
}

describe('networks that are fitted to labels', () => {
  it('learn every kind of class, are left without gradients, and are the same by seed', async () => {
    const first = await fit(halves())
    expect(first.events.length).toBe(settings.steps)
    const shares = [...first.note.matchAll(/(\d+) %/g)].map(([, share]) => Number(share))
    // A running mean that began at none and can have come to 70 % at most.
    expect(Math.min(...shares)).toBeGreaterThan(55)
    expect(first.trained).toBe(false)
    expect((await fit(halves())).sum).toBe(first.sum)
  })

  it('cannot tell left from right in pictures that are mirrored, but colours', async () => {
    const { note } = await fit(halves(), true)
    const [side, colour] = [...note.matchAll(/(\d+) %/g)].map(([, share]) => Number(share))
    expect(colour).toBeGreaterThan(55)
    expect(side).toBeLessThan(45)
  })
})
