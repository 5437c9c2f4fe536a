import type { Tensor } from '@egolens/torch'
import { cat, full, randperm, tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { Place } from './coop.layout.js'

/**
 * A5's order: start token, learned vectors, name, learned vectors, end token. What is learned at a position is the
 * table's row of that position, whatever stands before it, so a longer name moves what follows it to other rows.
 *
 * @example arrangeA5(1, 1, 2) // [{ token: 0 }, { vector: 1 }, { token: 1 }, { vector: 3 }, { vector: 4 }, { token: 2 }]
 */
export function arrangeA5(nameLength: number, prefix: number, postfix: number): Place[] {
  const name = Array.from({ length: nameLength }, (_, i): Place => ({ token: i + 1 }))
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, i): Place => ({ vector: from + i }))
  return [
    { token: 0 },
    ...rows(1, prefix),
    ...name,
    ...rows(1 + prefix + nameLength, postfix),
    { token: nameLength + 1 },
  ]
}

/**
 * The classes of a batch, and others drawn with the process's own generator until there are `count`.
 * @param labels [B]
 * @returns indexes below `total`, ascending
 */
export function contrastClasses(labels: Tensor | undefined, total: number, count: number): number[] {
  if (!labels) throw new EgoLensError('training/no-labels', 'contrastClasses needs the labels of the batch')
  const chosen = new Set(labels.tolist() as number[])
  const drawn = randperm(total).tolist() as number[]
  for (const k of drawn) {
    if (chosen.size >= count) break
    chosen.add(k)
  }
  return [...chosen].sort((a, b) => a - b)
}

/** Scores of some classes [B, C] among all of them, [B, total]: minus infinity for the others. */
export function outOf(scores: Tensor, classes: readonly number[], total: number): Tensor {
  const place = new Array<number>(total).fill(classes.length)
  classes.forEach((k, i) => {
    place[k] = i
  })
  const absent = full([scores.shape[0]!, 1], Number.NEGATIVE_INFINITY)
  return cat([scores, absent], 1).indexSelect(1, tensor(place, { dtype: 'int64' }))
}
