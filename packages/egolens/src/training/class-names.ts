import { noGrad, scope } from '@egolens/torch'
import { placeOfClass } from '../datasets/labels.js'
import type { LabelSet, LabelSets } from '../datasets/types.js'
import type { TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import type { Method } from '../methods/types.js'
import { release } from './evaluate.js'

/**
 * Refuses class names that alone are longer than the text tower reads: before features are found, and with the line that
 * the name is from. What prompts and learned vectors add is seen by `refuseLongTexts`.
 *
 * @throws EgoLensError `labels/too-long` naming the class, its tokens, and its file and line where known
 */
export function refuseLongNames(text: TextEncoder, labels: LabelSets): void {
  for (const set of Object.values(labels)) {
    for (const [label, name] of set.names.entries()) {
      // A token is a byte at least.
      if (Buffer.byteLength(name) + 2 <= text.contextLength) continue
      try {
        scope(() => void text.tokenize([name]))
      } catch (error) {
        if (!(error instanceof EgoLensError) || error.code !== 'text/too-long') throw error
        throw new EgoLensError('labels/too-long', `${set.component} ${label}: ${error.message}`, {
          where: placeOfClass(set, label),
          cure: 'shorten the name',
          cause: error,
        })
      }
    }
  }
}

/**
 * Refuses class texts that do not fit the text tower with the sentence or the learned vectors around the name: the
 * longest names are encoded as the method does it, before features are found.
 *
 * @throws EgoLensError `labels/too-long`, `text/too-long`, `method/text-too-long`
 */
export function refuseLongTexts(method: Method, text: TextEncoder, labels: LabelSets): void {
  refuseLongNames(text, labels)
  // What is learned for each class cannot be had for some of them.
  const some = method.transfersToNewLabels ? longestOf(text, labels) : labels
  release(noGrad(() => scope(() => method.classes(some))))
}

function longestOf(text: TextEncoder, labels: LabelSets): LabelSets {
  const longest = (set: LabelSet): LabelSet => {
    const ends = scope(() => text.tokenize(set.names).ends)
    const at = ends.indexOf(Math.max(...ends))
    return { ...set, names: [set.names[at]!], keys: [set.keys[at]!] }
  }
  return Object.fromEntries(Object.entries(labels).map(([component, set]) => [component, longest(set)]))
}
