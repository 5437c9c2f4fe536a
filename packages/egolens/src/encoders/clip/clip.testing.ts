import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromTypedArray, Generator, ones, randn, safetensors, scope, type Tensor, zeros } from '@egolens/torch'
import { type ClipConfig, formatConfig } from './config.js'
import { expectedTensors } from './names.js'
import { learnVocabulary, tokenizerJson } from './tokenizer/learn.js'

/** A CLIP small enough to check by hand. */
export const tinyConfig: ClipConfig = {
  vision: { width: 16, layers: 2, heads: 2, hidden: 64, activation: 'quick_gelu', eps: 1e-5, image: 8, patch: 4 },
  text: { width: 12, layers: 2, heads: 3, hidden: 48, activation: 'quick_gelu', eps: 1e-5, vocabulary: 20, context: 7 },
  width: 10,
}

/** Weights by a formula: the k-th tensor's i-th value is 0.2 sin(0.37 i + 1.3 k), plus 1 in a norm's weight. */
export function formulaWeights(config: ClipConfig): Record<string, Tensor> {
  const entries = [...expectedTensors(config)].map(([name, shape], k): [string, Tensor] => {
    const one = /norm|layrnorm/.test(name) && name.endsWith('.weight') ? 1 : 0
    const count = shape.reduce((a, b) => a * b, 1)
    const values = Float32Array.from({ length: count }, (_, i) => one + 0.2 * Math.sin(0.37 * i + 1.3 * k))
    return [name, fromTypedArray(values, shape)]
  })
  return Object.fromEntries(entries)
}

/** A tokenizer.json with the words w0, w1, ... between a start and an end token. */
export function wordTokenizer(size: number): object {
  return tokenizerOf(Array.from({ length: size - 2 }, (_, i) => `w${i}`))
}

/** A tokenizer.json with these words, then a start and an end token; any other word is read as the first. */
export function tokenizerOf(words: readonly string[]): object {
  const tokens = [...words, '<start>', '<end>']
  const [start, end] = [tokens.length - 2, tokens.length - 1]
  const special = (id: number, content: string) => ({ id, content, special: true, normalized: false })
  return {
    version: '1.0',
    added_tokens: [special(start, '<start>'), special(end, '<end>')],
    normalizer: { type: 'Lowercase' },
    decoder: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '<start>', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '<end>', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        '<start>': { id: '<start>', ids: [start], tokens: ['<start>'] },
        '<end>': { id: '<end>', ids: [end], tokens: ['<end>'] },
      },
    },
    model: {
      type: 'WordPiece',
      unk_token: words[0],
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  }
}

/** Writes a model's directory that `loadClip` reads. */
export async function writeClip(
  dir: string,
  config: ClipConfig,
  weights: Record<string, Tensor>,
  tokenizer: object,
): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'config.json'), JSON.stringify(formatConfig(config)))
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer))
  scope(() => safetensors.save(join(dir, 'model.safetensors'), weights))
}

/** Writes a ViT-B/16 of the published size with seeded random weights in float16 and a vocabulary of `words`. */
export async function writeViTB16(dir: string, words: string[]): Promise<void> {
  const tower = { layers: 12, activation: 'quick_gelu' as const, eps: 1e-5 }
  const config: ClipConfig = {
    vision: { ...tower, width: 768, heads: 12, hidden: 3072, image: 224, patch: 16 },
    text: { ...tower, width: 512, heads: 8, hidden: 2048, vocabulary: 49408, context: 77 },
    width: 512,
  }
  const generator = new Generator(16)
  const weights = Object.fromEntries(
    [...expectedTensors(config)].map(([name, shape]): [string, Tensor] => {
      if (/norm|layrnorm/.test(name)) return [name, (name.endsWith('.weight') ? ones(shape) : zeros(shape)).half()]
      return [name, scope(() => randn(shape, { generator }).mul(0.03).half())]
    }),
  )
  await writeClip(dir, config, weights, tokenizerJson(learnVocabulary(words)))
  for (const tensor of Object.values(weights)) tensor.dispose()
}
