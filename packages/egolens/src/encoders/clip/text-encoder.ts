import { cat, fromTypedArray, noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import type { Hooks, TextEncoder } from '../types.js'
import type { TextTower } from './text.js'
import type { Tokenizer } from './tokenizer/types.js'

/** Texts encoded at a time: enough to fill the cores, and memory stays bounded whatever the number of classes. */
const chunk = 64

/**
 * What becomes of a text with more tokens than the tower takes: `refuse` it, cut it and put its `end` token back, or
 * `cut` it without, as LaViLa's code does; such a text is then pooled at its start token, so all of them are alike.
 */
export type LongTexts = 'refuse' | 'end' | 'cut'

/** CLIP's texts: tokenizer and tower together. */
export class ClipTextEncoder implements TextEncoder {
  readonly width: number
  readonly tokenWidth: number
  readonly contextLength: number

  constructor(
    readonly tower: TextTower,
    readonly tokenizer: Tokenizer,
    readonly longTexts: LongTexts = 'refuse',
  ) {
    this.width = tower.config.width
    this.tokenWidth = tower.config.text.width
    this.contextLength = tower.config.text.context
  }

  encode(texts: string[]): Tensor {
    const lists = texts.map((text) => this.#ids(text))
    return noGrad(() =>
      scope(() => {
        const parts = slices(lists).map((part) => {
          const length = Math.max(...part.map((ids) => ids.length))
          return this.tower.encodeIds(pad(part, length), this.#ends(part))
        })
        return cat(parts)
      }),
    )
  }

  tokenize(texts: string[]): { ids: Tensor; ends: number[] } {
    const lists = texts.map((text) => this.#ids(text))
    return { ids: pad(lists, this.contextLength), ends: this.#ends(lists) }
  }

  embedTokens(ids: Tensor): Tensor {
    return this.tower.embed(ids)
  }

  encodeFromEmbeddings(embeddings: Tensor, ends: number[], hooks?: Hooks): Tensor {
    if (hooks) return this.tower.encode(embeddings, ends, hooks)
    return scope(() => {
      const parts = slices(ends).map((part, i) => this.tower.encode(embeddings.narrow(0, i * chunk, part.length), part))
      return parts.length === 1 ? parts[0]! : cat(parts)
    })
  }

  encodeAfterPrefix(prefix: Tensor, rest: Tensor, ends: number[]): Tensor {
    return this.tower.encodeAfterPrefix(prefix, rest, ends)
  }

  // CLIP pools where the largest id stands first: its end token, else its start token. Small vocabularies say theirs.
  #ends(lists: number[][]): number[] {
    return lists.map((ids) => Math.max(0, ids.indexOf(this.tokenizer.end)))
  }

  #ids(text: string): number[] {
    const ids = this.tokenizer.encode(text)
    if (ids.length <= this.contextLength) return ids
    if (this.longTexts === 'cut') return ids.slice(0, this.contextLength)
    if (this.longTexts === 'end') return [...ids.slice(0, this.contextLength - 1), this.tokenizer.end]
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text
    throw new EgoLensError(
      'text/too-long',
      `"${shown}" is ${ids.length} tokens, start and end included; the text encoder takes ${this.contextLength}`,
      { cure: 'shorten the class name, its prefix or the narration' },
    )
  }
}

function slices<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / chunk) }, (_, i) => items.slice(i * chunk, (i + 1) * chunk))
}

function pad(lists: number[][], length: number): Tensor {
  const ids = new BigInt64Array(lists.length * length)
  lists.forEach((list, k) => {
    list.forEach((id, i) => {
      ids[k * length + i] = BigInt(id)
    })
  })
  return fromTypedArray(ids, [lists.length, length])
}
