import { EgoLensError } from '../errors.js'
import type { LabelSet } from './types.js'

/** The classes that training sees, and those that it never does: labels, each list ascending. */
export interface BaseNovel {
  base: number[]
  novel: number[]
}

/**
 * Halves the classes of a component: of `order` the first ceil(K / 2) are base, the others novel (Zhou et al., Learning
 * to Prompt for Vision-Language Models, its base-to-new split).
 *
 * @param order labels, those to be base first
 * @throws EgoLensError `protocol/no-novel-classes` for fewer than two classes
 * @example halve(nouns, [0, 1, 2, 3, 4]) // { base: [0, 1, 2], novel: [3, 4] }
 */
export function halve({ dataset, component }: LabelSet, order: readonly number[]): BaseNovel {
  if (order.length < 2) {
    const message = `${dataset} has ${order.length} ${component} class${order.length === 1 ? '' : 'es'} to halve, so none would be novel`
    throw new EgoLensError('protocol/no-novel-classes', message, { cure: 'base-to-novel needs two classes at least' })
  }
  const middle = Math.ceil(order.length / 2)
  const ascending = (labels: readonly number[]) => [...labels].sort((a, b) => a - b)
  return { base: ascending(order.slice(0, middle)), novel: ascending(order.slice(middle)) }
}

/** Labels in `set` of the classes of `of`, by name. @throws EgoLensError `protocol/other-classes` naming one that is not there */
export function labelsOf(set: LabelSet, of: LabelSet): number[] {
  const byName = new Map(set.names.map((name, label) => [name, label]))
  return of.names.map((name) => {
    const label = byName.get(name)
    if (label !== undefined) return label
    const message = `"${name}" is not a ${set.component} of ${set.dataset}: the classes are not those that were halved`
    throw new EgoLensError('protocol/other-classes', message, { cure: 'test on the dataset that was trained on' })
  })
}
