import { scope } from '@egolens/torch'
import { placeOfClass } from '../datasets/labels.js'
import type { LabelSets } from '../datasets/types.js'
import type { TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'

/**
 * Refuses class names that alone are longer than the text tower reads: before features are found, and with the line that
 * the name is from. What prompts and learned vectors add is the methods' own to check.
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
