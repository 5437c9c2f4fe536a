import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadLanguageTokenizer } from './load.js'
import { StreamingDecoder } from './streaming.js'
import { LanguageTokenizer } from './tokenizer.js'
import { byteLevel, sentencePieces } from './tokenizer.testing.js'

const kinds = { SentencePiece: sentencePieces(['cut', 'the', 'onion']), bytes: byteLevel(['the', 'onion']) }
const pieces = new LanguageTokenizer(kinds.SentencePiece.json, kinds.SentencePiece.config)
const bytes = new LanguageTokenizer(kinds.bytes.json, kinds.bytes.config)
const spelled = (ids: readonly number[], { tokens }: { tokens: string[] }) => ids.map((id) => tokens[id])

describe('a SentencePiece vocabulary', () => {
  const { SentencePiece } = kinds

  it('puts a space before a text, and none before what goes on', () => {
    expect(spelled(pieces.encode('cut the'), SentencePiece)).toEqual(['▁cut', '▁the'])
    expect(spelled(pieces.encodeNext('cut the'), SentencePiece)).toEqual(['c', 'u', 't', '▁the'])
    expect(spelled(pieces.encodeNext(' cut'), SentencePiece)).toEqual(['▁cut'])
    expect(pieces.encode('')).toEqual([])
    expect(pieces.encodeNext('')).toEqual([])
  })

  it('knows its special tokens and adds none', () => {
    expect([pieces.bos, pieces.eos, pieces.size]).toEqual([1, 2, SentencePiece.tokens.length])
    expect(pieces.encode('<s>cut</s>')).toEqual([1, pieces.idOf('▁cut'), 2])
    expect(pieces.decode([1, ...pieces.encode('cut the onion'), 2, -201, 99_999])).toBe('cut the onion')
    expect(pieces.decode([])).toBe('')
    expect([...pieces.stops]).toEqual([2])
  })

  it('spells by bytes what it has no letters for', () => {
    expect(spelled(pieces.encode('é\n'), SentencePiece)).toEqual(['▁', '<0xC3>', '<0xA9>', '<0x0A>'])
    expect(pieces.decode(pieces.encode('Ünder 🍳 !'))).toBe('Ünder 🍳 !')
  })
})

it('a byte-level vocabulary has no space to add', () => {
  expect(spelled(bytes.encode('x the'), kinds.bytes)).toEqual(['x', 'Ġthe'])
  expect(bytes.encodeNext('x the')).toEqual(bytes.encode('x the'))
  expect(bytes.bos).toBeUndefined()
  expect(bytes.decode(bytes.encode('naïve <|im_end|>'))).toBe('naïve ')
})

describe('a stream of ids', () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('gives the text of all, in whole characters: %s', (kind) => {
    const tokenizer = { SentencePiece: pieces, bytes }[kind]
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ids = tokenizer.encode(text)
        const decoder = new StreamingDecoder(tokenizer)
        const parts = [...ids.map((id) => decoder.push(id)), decoder.end()]
        const whole = tokenizer.decode(ids)
        if (!text.includes('\uFFFD')) expect(parts.filter((part) => part.includes('\uFFFD'))).toEqual([])
        expect(parts.join('')).toBe(whole.replace(/\uFFFD+$/, ''))
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  it('holds the bytes of a character until the last', () => {
    const decoder = new StreamingDecoder(pieces)
    const parts = pieces.encode('a🍳b').map((id) => decoder.push(id))
    expect(parts).toEqual(['', 'a', '', '', '', '🍳', 'b'])
    const [first] = pieces.encodeNext('é')
    expect([decoder.push(first!), decoder.end()]).toEqual(['', ''])
  })
})

describe('a directory', () => {
  it('is read, with further ids that end a text', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'egolens-language-'))
    try {
      await expect(loadLanguageTokenizer(dir)).rejects.toMatchObject({ code: 'tokenizer/not-found' })
      const write = (name: string, value: object) => writeFile(join(dir, name), JSON.stringify(value))
      await write('tokenizer.json', kinds.SentencePiece.json)
      await expect(loadLanguageTokenizer(dir)).rejects.toMatchObject({
        code: 'tokenizer/bad-file',
        message: 'there is no eos_token',
      })
      await write('tokenizer_config.json', kinds.SentencePiece.config)
      await write('generation_config.json', { eos_token_id: [2, 7] })
      const { size } = pieces
      expect([...(await loadLanguageTokenizer(dir, size)).stops]).toEqual([2, 7])
      // Embeddings are padded to round sizes.
      expect((await loadLanguageTokenizer(dir, size + 4096)).size).toBe(size)
      await expect(loadLanguageTokenizer(dir, size - 1)).rejects.toMatchObject({
        code: 'tokenizer/other-vocabulary',
        message: `the tokenizer has ${size} tokens, the model's embedding ${size - 1} rows`,
        where: join(dir, 'tokenizer.json'),
      })
      await write('tokenizer_config.json', { eos_token: '<end>' })
      await expect(loadLanguageTokenizer(dir)).rejects.toThrow('eos_token "<end>" is not in the vocabulary')
      await write('tokenizer.json', { model: {} })
      await expect(loadLanguageTokenizer(dir)).rejects.toThrow('not a tokenizer.json')
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
