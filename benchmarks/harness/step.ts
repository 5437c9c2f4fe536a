import { tensor } from '@egolens/torch'
import type { Backbone, Batch } from 'egolens'
import { clock } from './clock.js'

/** A backbone of which only widths count: features and class texts are given. */
export function cachedBackbone(width: number): Backbone {
  const image = {
    ...{ name: 'cached', hash: 'cached', width, tap: 'joint' as const },
    preprocessing: { size: 224, resize: 224, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' as const },
    encode: () => {
      throw new Error('the features are cached')
    },
  }
  return { image, context: image, text: { width }, logitScale: Math.log(100) } as unknown as Backbone
}

/** Labels that go round the classes, [clips] int64. */
export function roundLabels(clips: number, classes: number) {
  return tensor(
    Array.from({ length: clips }, (_, i) => (i * 7) % classes),
    { dtype: 'int64' },
  )
}

/** A batch of so many clips that holds what is given. */
export function batchOf(clips: number, given: Partial<Batch>): Batch {
  const ids = Array.from({ length: clips }, (_, i) => String(i))
  return { ids, features: {}, context: {}, pixels: {}, labels: {}, ...given }
}

/** Measures a step: the mean seconds of `count` in a row. */
export const timed =
  (step: () => unknown, count = 1) =>
  () => {
    const start = clock()
    for (let i = 0; i < count; i++) step()
    return (clock() - start) / count
  }

export const milliseconds = (seconds: number[]) => seconds.map((s) => s * 1e3)
