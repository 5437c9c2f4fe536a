/** The files of a tokenizer. */
export interface TokenizerFiles {
  json: object
  config: object
  /** Tokens in the order of their ids. */
  tokens: string[]
}

const space = '\u2581'

/** An entry of a tokenizer's special tokens. */
export const special = (id: number, content: string) => ({
  ...{ id, content, special: true, normalized: false },
  ...{ single_word: false, lstrip: false, rstrip: false },
})

/**
 * A tokenizer as Mistral's is: SentencePiece's byte-pair encoding with ids 0 to 2 special, then the bytes. Each of the
 * words (written as they stand after a space) is one token, other text is spelled by characters, and what these lack
 * by bytes.
 *
 * @param signs characters that are tokens by themselves
 */
export function wordPieces(words: readonly string[], signs: Iterable<string>): TokenizerFiles {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  const letters = [space, ...signs]
  const spelled = words.flatMap((word) => grown(`${space}${word}`))
  const tokens = [...new Set(['<unk>', '<s>', '</s>', ...bytes, ...letters, ...spelled.map(([a, b]) => a + b)])]
  const json = {
    ...frame([special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')]),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: space },
        { type: 'Replace', pattern: { String: ' ' }, content: space },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: space }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      ...model(tokens, spelled),
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
    },
  }
  return { json, config: { bos_token: '<s>', eos_token: { content: '</s>' } }, tokens }
}

/** What a tokenizer.json has besides its model and its normaliser. */
export const frame = (added: object[]) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: added,
  post_processor: null,
})

/** Byte-pair encoding by such merges. */
export const model = (tokens: readonly string[], merges: readonly (readonly [string, string])[]) => ({
  type: 'BPE',
  dropout: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
  merges: [...new Set(merges.map((pair) => pair.join(' ')))],
})

/** The merges that make a word from its characters, from left to right. */
export function grown(word: string): [string, string][] {
  const characters = [...word]
  return characters.slice(1).map((next, i) => [characters.slice(0, i + 1).join(''), next])
}
