import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { EgoLensError } from '../../../errors.js'
import { readJson } from '../../../files.js'
import { ClipBpe, simpleVocabulary } from './bpe.js'
import { jsonTokenizer } from './json.js'
import type { Tokenizer } from './types.js'

const simpleNames = ['bpe_simple_vocab_16e6.txt.gz', 'clip_bpe_simple_vocab_16e6.txt.gz', 'bpe_simple_vocab_16e6.txt']

/**
 * The tokenizer of a model's directory: tokenizer.json, or vocab.json with merges.txt, or CLIP's own merges file
 * (bpe_simple_vocab_16e6.txt, gzip or plain).
 *
 * @throws EgoLensError `tokenizer/not-found`, `tokenizer/bad-file`
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const entries = await readdir(dir)
  if (entries.includes('tokenizer.json')) {
    const path = join(dir, 'tokenizer.json')
    const config = entries.includes('tokenizer_config.json') ? await readJson(join(dir, 'tokenizer_config.json')) : {}
    return jsonTokenizer(object(await readJson(path), path), object(config, dir), path)
  }
  if (entries.includes('vocab.json') && entries.includes('merges.txt')) return vocabularyAndMerges(dir)
  const simple = simpleNames.find((name) => entries.includes(name))
  if (simple !== undefined) return simpleVocabulary(await text(join(dir, simple)))
  throw new EgoLensError(
    'tokenizer/not-found',
    'no tokenizer.json, vocab.json with merges.txt, or bpe_simple_vocab_16e6',
    {
      where: dir,
      cure: 'copy one of them beside the weights',
    },
  )
}

async function vocabularyAndMerges(dir: string): Promise<Tokenizer> {
  const path = join(dir, 'vocab.json')
  const vocabulary = z.record(z.string(), z.int().nonnegative()).safeParse(await readJson(path))
  if (!vocabulary.success) throw new EgoLensError('tokenizer/bad-file', 'not a map of token to id', { where: path })
  const lines = (await text(join(dir, 'merges.txt'))).split('\n')
  const merges = lines.filter((line) => line !== '' && !line.startsWith('#version'))
  return new ClipBpe(new Map(Object.entries(vocabulary.data)), merges)
}

async function text(path: string): Promise<string> {
  const bytes = await readFile(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

function object(value: unknown, where: string): object {
  if (typeof value === 'object' && value !== null) return value
  throw new EgoLensError('tokenizer/bad-file', 'not a JSON object', { where })
}
