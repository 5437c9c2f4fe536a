import { EgoLensError } from '../../../errors.js'
import { byteCharacters, spell } from './bytes.js'
import { clean } from './clean.js'
import { endToken, startToken } from './learn.js'
import type { Tokenizer } from './types.js'

const endOfWord = '</w>'
const pieces = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu

/**
 * CLIP's byte-pair encoding (Radford et al. 2021, section 2.4): words end in `</w>`, pairs are merged in the order
 * of the merges file.
 *
 * @example
 * bpe.encode('a photo of a cat') // [49406, 320, 1125, 539, 320, 2368, 49407]
 */
export class ClipBpe implements Tokenizer {
  readonly size: number
  readonly start: number
  readonly end: number
  readonly #ids: ReadonlyMap<string, number>
  readonly #ranks: ReadonlyMap<string, number>
  readonly #words = new Map<string, number[]>()

  /**
   * @param vocabulary id of every token
   * @param merges pairs `left right`, best first
   * @throws EgoLensError `tokenizer/no-special-tokens`
   */
  constructor(vocabulary: ReadonlyMap<string, number>, merges: readonly string[]) {
    const start = vocabulary.get(startToken)
    const end = vocabulary.get(endToken)
    if (start === undefined || end === undefined) {
      throw new EgoLensError('tokenizer/no-special-tokens', `the vocabulary lacks ${startToken} or ${endToken}`)
    }
    this.start = start
    this.end = end
    this.size = Math.max(...vocabulary.values()) + 1
    this.#ids = vocabulary
    this.#ranks = new Map(merges.map((pair, rank) => [pair, rank]))
  }

  encode(text: string): number[] {
    const words = clean(text).match(pieces) ?? []
    return [this.start, ...words.flatMap((word) => this.#encodeWord(word)), this.end]
  }

  #encodeWord(word: string): number[] {
    if (word === startToken) return [this.start]
    if (word === endToken) return [this.end]
    let ids = this.#words.get(word)
    if (ids === undefined) {
      ids = this.#merge(spell(word)).map((piece) => this.#id(piece, word))
      this.#words.set(word, ids)
    }
    return ids
  }

  #merge(characters: string[]): string[] {
    let parts = [...characters.slice(0, -1), characters.at(-1)! + endOfWord]
    while (parts.length > 1) {
      const best = this.#bestPair(parts)
      if (best === undefined) break
      parts = mergeEvery(parts, best[0], best[1])
    }
    return parts
  }

  #bestPair(parts: string[]): [string, string] | undefined {
    let best: [string, string] | undefined
    let bestRank = Number.POSITIVE_INFINITY
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = this.#ranks.get(`${parts[i]} ${parts[i + 1]}`)
      if (rank !== undefined && rank < bestRank) {
        bestRank = rank
        best = [parts[i]!, parts[i + 1]!]
      }
    }
    return best
  }

  #id(piece: string, word: string): number {
    const id = this.#ids.get(piece)
    if (id !== undefined) return id
    throw new EgoLensError('tokenizer/unknown-token', `"${piece}" of the word "${word}" is not in the vocabulary`)
  }
}

function mergeEvery(parts: string[], left: string, right: string): string[] {
  const merged: string[] = []
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === left && parts[i + 1] === right) {
      merged.push(left + right)
      i++
    } else {
      merged.push(parts[i]!)
    }
  }
  return merged
}

/**
 * The vocabulary that `bpe_simple_vocab_16e6` implies: the bytes, the bytes that end a word, one token a merge, start
 * and end. Of the file's 262,144 merges CLIP uses the first 48,894.
 */
export function simpleVocabulary(text: string): ClipBpe {
  const merges = text.split('\n').slice(1, 49152 - 256 - 2 + 1)
  const bytes = [...byteCharacters.values()]
  const tokens = [
    ...bytes,
    ...bytes.map((character) => character + endOfWord),
    ...merges.map((pair) => pair.replace(' ', '')),
    startToken,
    endToken,
  ]
  return new ClipBpe(new Map(tokens.map((token, id) => [token, id])), merges)
}
