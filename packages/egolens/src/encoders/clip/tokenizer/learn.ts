import { byteCharacters, spell } from './bytes.js'

const endOfWord = '</w>'
export const startToken = '<|startoftext|>'
export const endToken = '<|endoftext|>'

/** A byte-pair vocabulary in CLIP's layout. */
export interface Vocabulary {
  /** In the order of their ids: bytes, bytes that end a word, merged tokens, start, end. */
  tokens: string[]
  merges: string[]
}

/**
 * Learns byte-pair merges until each of the words is one token: the most frequent pair among the words is merged
 * first, ties in alphabetical order. Other words are spelled with what there is, down to single bytes, so that any
 * text has ids.
 */
export function learnVocabulary(words: Iterable<string>): Vocabulary {
  const bytes = [...byteCharacters.values()]
  const spelled = [...new Set(words)].sort().map((word) => {
    const characters = spell(word)
    return [...characters.slice(0, -1), characters.at(-1)! + endOfWord]
  })
  const merges: string[] = []
  for (let pair = bestPair(spelled); pair !== undefined; pair = bestPair(spelled)) {
    merges.push(pair)
    for (const parts of spelled) mergePair(parts, pair)
  }
  const merged = [...new Set(merges.map((pair) => pair.replace(' ', '')))]
  const ends = bytes.map((character) => character + endOfWord)
  return { tokens: [...bytes, ...ends, ...merged, startToken, endToken], merges }
}

function bestPair(spelled: string[][]): string | undefined {
  const counts = new Map<string, number>()
  for (const parts of spelled) {
    for (let i = 0; i + 1 < parts.length; i++) {
      const pair = `${parts[i]} ${parts[i + 1]}`
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
  }
  let best: string | undefined
  for (const [pair, count] of counts) {
    const most = best === undefined ? 0 : counts.get(best)!
    if (count > most || (count === most && pair < best!)) best = pair
  }
  return best
}

function mergePair(parts: string[], pair: string): void {
  for (let i = 0; i + 1 < parts.length; i++) {
    if (`${parts[i]} ${parts[i + 1]}` === pair) parts.splice(i, 2, parts[i]! + parts[i + 1]!)
  }
}

/** The tokenizer.json of a byte-pair vocabulary, with CLIP's rules: lower case, words and signs apart, digits alone. */
export function tokenizerJson({ tokens, merges }: Vocabulary): object {
  const ids = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const special = (content: string) => ({
    id: ids[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(startToken), special(endToken)],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [endToken, ids[endToken]],
      cls: [startToken, ids[startToken]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: endToken,
      continuing_subword_prefix: '',
      end_of_word_suffix: endOfWord,
      fuse_unk: false,
      byte_fallback: false,
      vocab: ids,
      merges,
    },
  }
}
