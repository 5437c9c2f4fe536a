import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClipBpe, simpleVocabulary } from './bpe.js'
import { byteCharacters } from './bytes.js'
import { clean } from './clean.js'
import { jsonTokenizer } from './json.js'
import { endToken, learnVocabulary, startToken, tokenizerJson } from './learn.js'
import { loadTokenizer } from './load.js'

const published = fileURLToPath(
  new URL('../../../../../../../shared/tokenizer/clip_bpe_simple_vocab_16e6.txt.gz', import.meta.url),
)

test('cleaning unescapes twice, straightens quotes, collapses space and lowers', () => {
  expect(clean('  Fish &amp;amp; Chips \n it’s “HOT” ')).toBe('fish & chips it\'s "hot"')
  expect(clean('caf&#233; &#x41; &unknown; ﬁsh')).toBe('café a &unknown; fish')
})

test('every byte has its own visible character', () => {
  expect(byteCharacters.size).toBe(256)
  expect(new Set(byteCharacters.values()).size).toBe(256)
  expect(byteCharacters.get(0x41)).toBe('A')
  expect(byteCharacters.get(0x20)).toBe('Ġ')
})

describe('a tiny vocabulary', () => {
  const merges = ['a b', 'ab c</w>', 'a b</w>']
  const tokens = [
    'a',
    'b',
    'c',
    'a</w>',
    'b</w>',
    'c</w>',
    'ab',
    'abc</w>',
    'ab</w>',
    '<|startoftext|>',
    '<|endoftext|>',
  ]
  const vocabulary = new Map(tokens.map((token, id): [string, number] => [token, id]))

  test('merges in the order of the file', () => {
    expect(new ClipBpe(vocabulary, merges).encode('abc ab abab a')).toEqual([9, 7, 8, 6, 8, 3, 10])
  })

  test('is read from vocab.json and merges.txt', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'egolens-tokenizer-'))
    try {
      await expect(loadTokenizer(dir)).rejects.toMatchObject({ code: 'tokenizer/not-found' })
      await writeFile(join(dir, 'vocab.json'), JSON.stringify(Object.fromEntries(vocabulary)))
      await writeFile(join(dir, 'merges.txt'), `#version: 0.2\n${merges.join('\n')}\n`)
      const tokenizer = await loadTokenizer(dir)
      expect(tokenizer.encode('abc ab abab a')).toEqual([9, 7, 8, 6, 8, 3, 10])
      expect([tokenizer.size, tokenizer.start, tokenizer.end]).toEqual([11, 9, 10])
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  test('a character outside the vocabulary is named', () => {
    expect(() => new ClipBpe(vocabulary, merges).encode('abz')).toThrow(/"z<\/w>" of the word "abz"/)
  })
})

test('a learned vocabulary has one token for each of its words, and ids for any other', () => {
  const words = ['cup', 'cupboard', 'board', 'wash', 'washing', 'machine', 'ünï', 'a']
  const vocabulary = learnVocabulary(words)
  const tokenizer = jsonTokenizer(tokenizerJson(vocabulary))
  expect(tokenizer.size).toBe(vocabulary.tokens.length)
  for (const word of words) expect(tokenizer.encode(word)).toHaveLength(3)
  expect(tokenizer.encode('Washing machine')).toEqual(
    [startToken, 'washing</w>', 'machine</w>', endToken].map((token) => vocabulary.tokens.indexOf(token)),
  )
  const spelled = tokenizer.encode('東京 zebra 7!')
  expect(spelled.slice(1, -1).every((id) => id >= 0 && id < tokenizer.size - 2)).toBe(true)
  const bpe = new ClipBpe(new Map(vocabulary.tokens.map((token, id) => [token, id])), vocabulary.merges)
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]{0,20}$/), (text) => {
      expect(tokenizer.encode(text)).toEqual(bpe.encode(text))
    }),
  )
})

// Ids by CLIP's published rules: 256 bytes, 256 bytes that end a word, then one token a line of the merges file.
describe.skipIf(!existsSync(published))('the published vocabulary (skipped where the merges file is absent)', () => {
  let lines: string[]
  let bpe: ClipBpe

  beforeAll(async () => {
    const text = gunzipSync(await readFile(published)).toString('utf8')
    lines = text.split('\n')
    bpe = simpleVocabulary(text)
  })

  test('golden ids', () => {
    expect([bpe.size, bpe.start, bpe.end]).toEqual([49408, 49406, 49407])
    expect(bpe.encode('a photo of a cat')).toEqual([49406, 320, 1125, 539, 320, 2368, 49407])
    expect(bpe.encode('A  Photo of a CAT')).toEqual(bpe.encode('a photo of a cat'))
    expect(bpe.encode('')).toEqual([49406, 49407])
    const id = (token: string) => 512 + lines.findIndex((line) => line.replace(' ', '') === token) - 1
    expect(bpe.encode('cat')[1]).toBe(id('cat</w>'))
    expect(bpe.encode('washing')[1]).toBe(id('washing</w>'))
    const byte = (character: string) => [...byteCharacters.values()].indexOf(character)
    expect(bpe.encode('it 12!')).toEqual([
      49406,
      id('it</w>'),
      256 + byte('1'),
      256 + byte('2'),
      256 + byte('!'),
      49407,
    ])
  })

  test('the same ids as the tokenizer.json of the same vocabulary', () => {
    const json = jsonTokenizer(clipJson(lines))
    expect([json.size, json.start, json.end]).toEqual([49408, 49406, 49407])
    const texts = [
      'a photo of a cat',
      "washing machine, it's 25 °C",
      'put-down the café lid #1',
      'Naïve façade: 東京 🙂',
      'x'.repeat(60),
    ]
    for (const text of texts) expect(json.encode(text)).toEqual(bpe.encode(text))
    const words = fc.stringMatching(/^[a-z0-9 ,.'!?-]{0,40}$/)
    fc.assert(
      fc.property(words, (text) => {
        expect(json.encode(text)).toEqual(bpe.encode(text))
      }),
    )
  })

  describe('from a directory', () => {
    let dir: string
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'egolens-tokenizer-'))
      await copyFile(published, join(dir, 'bpe_simple_vocab_16e6.txt.gz'))
    })
    afterAll(() => rm(dir, { recursive: true }))

    test('is found by its name', async () => {
      expect((await loadTokenizer(dir)).encode('a photo of a cat')).toEqual([49406, 320, 1125, 539, 320, 2368, 49407])
    })
  })
})

function clipJson(lines: string[]): object {
  const merges = lines.slice(1, 48895)
  const bytes = [...byteCharacters.values()]
  const merged = merges.map((pair) => pair.replace(' ', ''))
  return tokenizerJson({
    tokens: [...bytes, ...bytes.map((b) => `${b}</w>`), ...merged, startToken, endToken],
    merges,
  })
}
