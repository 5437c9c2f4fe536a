import { cat, type Tensor, tensor } from '@egolens/torch'
import { z } from 'zod'
import type { Hooks, TextEncoder } from '../encoders/types.js'
import { fullPrecision } from './closed-form.js'
import type { ContextLayout } from './coop.layout.js'
import { chunkOptions, type PromptedTexts } from './prompted-texts.js'

/** The options of every method whose learned vectors stand among the tokens of a text. */
export const classTextOptions = {
  ...chunkOptions,
  sharePrefix: z
    .boolean()
    .default(true)
    .describe('what all class texts begin with goes through the text tower once, not once a class: the same numbers'),
}

export interface EncodeOptions {
  /** What all texts begin with goes through the tower once a chunk, not once a class: the same numbers. */
  sharePrefix: boolean
  /** Indexes of the classes that are wanted; all, if not said. */
  classes?: readonly number[] | undefined
  /** Made anew for each chunk, as its graph is; what passes them cannot share a prefix. */
  hooks?: (() => Hooks) | undefined
}

/**
 * Class texts with learned vectors through the frozen text tower.
 *
 * @param texts cuts them into chunks
 * @param context [n, w] shared, or [K, n, w] class-specific
 * @returns [classes, D] by ascending index, not normalised
 */
export function encodeClassTexts(
  texts: PromptedTexts,
  text: TextEncoder,
  layout: ContextLayout,
  context: Tensor,
  { sharePrefix, classes, hooks }: EncodeOptions,
): Tensor {
  const wanted = classes ? layout.byLength.filter((k) => classes.includes(k)) : layout.byLength
  const own = context.ndim === 3
  const encoded = texts.encode(wanted.length, (from, count) => {
    const chunk = wanted.slice(from, from + count)
    if (hooks) return encodeBetween(text, layout, context, chunk, hooks)
    if (own) return text.encodeFromEmbeddings(layout.fillOf(context, chunk), endsOf(layout, chunk))
    return encodeChunk(text, layout, context.unsqueeze(0), chunk, sharePrefix).select(0, 0)
  })
  return encoded.indexSelect(0, backFrom(wanted))
}

/**
 * Texts of some classes with each of G contexts.
 *
 * @param contexts [G, n, w]
 * @param classes their indexes
 * @returns [G, classes, D], not normalised
 */
export function encodeChunk(
  text: TextEncoder,
  layout: ContextLayout,
  contexts: Tensor,
  classes: readonly number[],
  sharePrefix: boolean,
): Tensor {
  const [groups, ends] = [contexts.shape[0]!, endsOf(layout, classes)]
  return fullPrecision(() => {
    if (sharePrefix && layout.shared > 1 && text.encodeAfterPrefix) {
      const after = ends.map((end) => end - layout.shared)
      return text.encodeAfterPrefix(layout.head(contexts), layout.tail(contexts, classes), after)
    }
    const filled = contexts.unbind(0).map((context) => layout.fillOf(context, classes))
    const repeated = filled.flatMap(() => ends)
    return text.encodeFromEmbeddings(cat(filled), repeated).view([groups, classes.length, -1])
  })
}

/** Texts of some classes, with hooks between the layers of the tower. */
function encodeBetween(
  text: TextEncoder,
  layout: ContextLayout,
  context: Tensor,
  classes: readonly number[],
  hooks: () => Hooks,
): Tensor {
  const tokens = layout.fillOf(context, classes)
  return fullPrecision(() => text.encodeFromEmbeddings(tokens, endsOf(layout, classes), hooks()))
}

/** Where each of some indexes stands in another order of them; rows in that order are put back by it, ascending. */
export function backFrom(order: readonly number[]): Tensor {
  const ascending = order.map((k, place) => [k, place] as const).sort(([a], [b]) => a - b)
  return tensor(
    ascending.map(([, place]) => place),
    { dtype: 'int64' },
  )
}

const endsOf = ({ ends }: ContextLayout, classes: readonly number[]) => classes.map((k) => ends[k]!)
