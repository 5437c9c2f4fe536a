import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byteCharacters } from '../../encoders/clip/tokenizer/bytes.js'
import { frame, grown, model, special, type TokenizerFiles, wordPieces } from '../small/word-pieces.js'

/** A tokenizer as Mistral's is; each of the words is one token. */
export const sentencePieces = (words: readonly string[]): TokenizerFiles =>
  wordPieces(words, 'abcdefghijklmnopqrstuvwxyzIAMNST[]/.,?!:()')

/** A tokenizer as Qwen2's is: bytes, no space before a text, ChatML's tokens at the end. */
export function byteLevel(words: readonly string[]): TokenizerFiles {
  const spelled = words.flatMap((word) => grown(`\u0120${word}`))
  const plain = [...new Set([...byteCharacters.values(), ...spelled.map(([a, b]) => a + b)])]
  const ends = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
  const tokens = [...plain, ...ends]
  const json = {
    ...frame(ends.map((content, i) => special(plain.length + i, content))),
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: { ...model(tokens, spelled), unk_token: null, fuse_unk: false, byte_fallback: false },
  }
  return { json, config: { bos_token: null, eos_token: '<|im_end|>' }, tokens }
}

/** Gives a model's directory a token behind its last one. */
export async function addToken(dir: string, id: number): Promise<void> {
  const path = join(dir, 'tokenizer.json')
  const json = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...json, added_tokens: [...json.added_tokens, special(id, '<more>')] }))
}
