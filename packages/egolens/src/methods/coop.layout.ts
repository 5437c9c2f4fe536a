import type { Tensor } from '@egolens/torch'
import { cat, noGrad, scope, tensor } from '@egolens/torch'
import type { TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'

export interface LayoutOptions {
  contextTokens: number
  classToken: 'end' | 'middle' | 'front'
  fullStop: boolean
}

/** Class texts with gaps for learned vectors. */
export interface ContextLayout {
  /** The texts' own token embeddings, [K, T, w]; whoever holds the layout disposes of them. */
  tokens: Tensor
  /** Position of each text's end token, [K]. */
  ends: number[]
  /**
   * Embeddings of `count` classes from `from` on, the learned vectors in their gaps.
   * @param context [n, w] shared, or [K, n, w] class-specific
   * @returns [count, L, w]; gradients flow to `context`
   */
  fill(context: Tensor, from: number, count: number): Tensor
}

/**
 * Lays a label set out once: tokens are embedded, positions found. Texts are cut after the longest one's end, which
 * changes nothing since the text tower looks only backwards.
 * @throws EgoLensError `method/text-too-long` naming the class whose name and context exceed the tower's length
 */
export function layOut(text: TextEncoder, names: string[], options: LayoutOptions): ContextLayout {
  const { contextTokens: n, classToken, fullStop } = options
  const { sequences, tokens } = scope(() => {
    const nameLengths = text.tokenize(names).ends.map((end) => end - 1)
    const { ids, ends } = text.tokenize(fullStop ? names.map((name) => `${name}.`) : names)
    const sequences = ends.map((end, k) => arrange(nameLengths[k]!, end, n, classToken))
    refuseTooLong(names, sequences, text.contextLength)
    const longest = Math.max(...ends) + 1
    return { sequences, tokens: noGrad(() => text.embedTokens(ids.narrow(1, 0, longest).contiguous())).keep() }
  })
  const length = Math.max(...sequences.map((sequence) => sequence.length))
  const [, perText, width] = tokens.shape as [number, number, number]

  return {
    tokens,
    ends: sequences.map((sequence) => sequence.length - 1),
    fill(context, from, count) {
      const own = context.ndim === 3
      const vectors = (own ? context.narrow(0, from, count) : context).reshape([-1, width])
      const rows = cat([tokens.narrow(0, from, count).reshape([-1, width]), vectors])
      const picks = sequences.slice(from, from + count).flatMap((sequence, k) =>
        Array.from({ length }, (_, position) => {
          const place = sequence[Math.min(position, sequence.length - 1)]!
          return 'token' in place ? k * perText + place.token : count * perText + (own ? k * n : 0) + place.vector
        }),
      )
      return rows.indexSelect(0, tensor(picks, { dtype: 'int64' })).view([count, length, width])
    },
  }
}

/** What stands at a position: one of the text's own tokens, or one of the learned vectors. */
export type Place = { token: number } | { vector: number }

/**
 * The order of start token, name, learned vectors and the rest (an optional full stop, the end token).
 *
 * @example arrange(1, 2, 2, 'end') // [{ token: 0 }, { vector: 0 }, { vector: 1 }, { token: 1 }, { token: 2 }]
 * @param nameLength tokens of the name
 * @param end position of the end token in the text without learned vectors
 */
export function arrange(nameLength: number, end: number, n: number, classToken: LayoutOptions['classToken']): Place[] {
  const tokens = Array.from({ length: end + 1 }, (_, token): Place => ({ token }))
  const vectors = Array.from({ length: n }, (_, vector): Place => ({ vector }))
  const [start, name, rest] = [tokens.slice(0, 1), tokens.slice(1, 1 + nameLength), tokens.slice(1 + nameLength)]
  const before = { end: n, middle: Math.floor(n / 2), front: 0 }[classToken]
  return [...start, ...vectors.slice(0, before), ...name, ...vectors.slice(before), ...rest]
}

function refuseTooLong(names: string[], sequences: Place[][], limit: number): void {
  const at = sequences.findIndex((sequence) => sequence.length > limit)
  if (at < 0) return
  throw new EgoLensError(
    'method/text-too-long',
    `"${names[at]}" with its learned vectors is ${sequences[at]!.length} tokens, the text tower takes ${limit}`,
    { where: 'options.contextTokens', cure: 'use fewer vectors' },
  )
}
