import type { Tensor } from '@egolens/torch'
import { cat, noGrad, scope, stack, tensor } from '@egolens/torch'
import type { TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'

export interface LayoutOptions {
  contextTokens: number
  classToken: 'end' | 'middle' | 'front'
  fullStop: boolean
}

/** Class texts with gaps for learned vectors. */
export interface ContextLayout {
  /** The texts' own token embeddings, [K, T, w]. */
  tokens: Tensor
  /** Position of each text's end token, [K]. */
  ends: number[]
  /** Positions that are the same in every text, from the start token on, while the learned vectors are. */
  shared: number
  /** The classes from the shortest text to the longest: a chunk of them has little padding. */
  byLength: number[]
  /**
   * Embeddings of `count` classes from `from` on, the learned vectors in their gaps.
   * @param context [n, w] shared, or [K, n, w] class-specific
   * @returns [count, L, w]; gradients flow to `context`
   */
  fill(context: Tensor, from: number, count: number): Tensor
  /** The same for classes by their indexes. */
  fillOf(context: Tensor, classes: readonly number[]): Tensor
  /** The shared positions alone, for G contexts [G, n, w]: [G, shared, w]. */
  head(contexts: Tensor): Tensor
  /** What follows them in each class, for G contexts [G, n, w]: [G, classes, R, w]. */
  tail(contexts: Tensor, classes: readonly number[]): Tensor
  /** Frees the token embeddings. */
  dispose(): void
}

/** What stands at a position: one of the text's own tokens, or one of the learned vectors. */
export type Place = { token: number } | { vector: number }

/** The places of a text: its name has so many tokens, and without learned vectors its end token stands at `end`. */
export type Arrange = (nameLength: number, end: number) => Place[]

/**
 * CoOp's texts (see `arrange`), laid out once for a label set.
 * @throws EgoLensError `method/text-too-long` naming the class whose name and context exceed the tower's length
 */
export function layOut(text: TextEncoder, names: string[], options: LayoutOptions): ContextLayout {
  const { contextTokens: n, classToken, fullStop } = options
  return layOutBy((nameLength, end) => arrange(nameLength, end, n, classToken), text, names, { fullStop })
}

/**
 * Lays a label set out once: tokens are embedded, positions found. Texts are cut after the longest one's end, which
 * changes nothing since the text tower looks only backwards.
 * @throws EgoLensError `method/text-too-long`
 */
export function layOutBy(
  places: Arrange,
  text: TextEncoder,
  names: string[],
  { fullStop = false }: { fullStop?: boolean } = {},
): ContextLayout {
  const { sequences, tokens } = scope(() => {
    const nameLengths = text.tokenize(names).ends.map((end) => end - 1)
    const { ids, ends } = text.tokenize(fullStop ? names.map((name) => `${name}.`) : names)
    const sequences = ends.map((end, k) => places(nameLengths[k]!, end))
    refuseTooLong(names, sequences, text.contextLength)
    const longest = Math.max(...ends) + 1
    return { sequences, tokens: noGrad(() => text.embedTokens(ids.narrow(1, 0, longest).contiguous())).keep() }
  })
  const shared = sharedStart(sequences)
  const begin = sequences[0]!.slice(0, shared)
  const onlyTokens = sequences.every((sequence) => sequence.slice(shared).every((place) => 'token' in place))
  const rows = (context: Tensor | undefined, classes: readonly number[], start: number) =>
    gather(tokens, sequences, context, classes, start)

  return {
    tokens,
    ends: sequences.map((sequence) => sequence.length - 1),
    shared,
    byLength: names.map((_, k) => k).sort((a, b) => sequences[a]!.length - sequences[b]!.length),
    fill: (context, from, count) => rows(context, range(from, count), 0),
    fillOf: (context, classes) => rows(context, classes, 0),
    head: (contexts) => {
      const [groups, width] = [contexts.shape[0]!, tokens.shape[2]!]
      const first = tokens.select(0, 0).narrow(0, 0, 1).unsqueeze(0).expand([groups, 1, width])
      const picks = begin.flatMap((place) => ('vector' in place ? [place.vector] : []))
      return picks.length === 0 ? first : cat([first, contexts.indexSelect(1, int64(picks))], 1)
    },
    tail: (contexts, classes) => {
      const groups = contexts.shape[0]!
      if (!onlyTokens) return stack(range(0, groups).map((g) => rows(contexts.select(0, g), classes, shared)))
      const alike = rows(undefined, classes, shared)
      return alike.unsqueeze(0).expand([groups, ...alike.shape])
    },
    dispose: () => tokens.dispose(),
  }
}

/** The embeddings at the places from `start` on: [classes, longest of them, w]; the short ones repeat their end token. */
function gather(
  tokens: Tensor,
  sequences: Place[][],
  context: Tensor | undefined,
  classes: readonly number[],
  start: number,
): Tensor {
  const [perText, width] = tokens.shape.slice(1) as [number, number]
  const own = context?.ndim === 3
  const index = int64(classes)
  const words = tokens.indexSelect(0, index).reshape([-1, width])
  const vectors = own ? context.indexSelect(0, index) : context
  const n = vectors?.shape.at(-2) ?? 0
  const rows = vectors ? cat([words, vectors.reshape([-1, width])]) : words
  const length = Math.max(...classes.map((k) => sequences[k]!.length))
  const picks = classes.flatMap((k, i) => {
    const sequence = sequences[k]!
    return range(start, length - start).map((position) => {
      const place = sequence[Math.min(position, sequence.length - 1)]!
      if ('token' in place) return i * perText + place.token
      return classes.length * perText + (own ? i * n : 0) + place.vector
    })
  })
  return rows.indexSelect(0, int64(picks)).view([classes.length, length - start, width])
}

/** The start token and the learned vectors that stand at the same positions in every text. */
function sharedStart(sequences: Place[][]): number {
  const [first, ...others] = sequences as [Place[], ...Place[][]]
  const differs = (position: number) => {
    const place = first[position]!
    if ('token' in place) return true
    return others.some((sequence) => {
      const other = sequence[position]
      return !other || !('vector' in other) || other.vector !== place.vector
    })
  }
  let count = 1
  while (count < first.length && !differs(count)) count++
  return count
}

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
    { where: 'options', cure: 'use fewer learned vectors' },
  )
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

const int64 = (values: readonly number[]) => tensor(values, { dtype: 'int64' })
