import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { exists } from '../../files/read.js'
import { readJson } from '../../files.js'
import { LanguageTokenizer } from './tokenizer.js'

const generation = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })

/**
 * The tokenizer of a language model's directory: tokenizer.json, tokenizer_config.json and, for further ids that end a
 * text, generation_config.json.
 *
 * @param vocabulary rows of the model's token embedding, one of which every token must have
 * @throws EgoLensError `tokenizer/not-found`, `tokenizer/bad-file`, `tokenizer/other-vocabulary`
 * @example const tokenizer = await loadLanguageTokenizer(dir, model.config.vocabulary)
 */
export async function loadLanguageTokenizer(dir: string, vocabulary?: number): Promise<LanguageTokenizer> {
  const path = join(dir, 'tokenizer.json')
  if (!(await exists(path))) {
    throw new EgoLensError('tokenizer/not-found', 'no tokenizer.json', {
      where: dir,
      cure: 'copy the one of the same model beside the weights, with tokenizer_config.json',
    })
  }
  const config = join(dir, 'tokenizer_config.json')
  const [json, settings] = [await readJson(path), (await exists(config)) ? await readJson(config) : {}]
  const stops = await furtherStops(join(dir, 'generation_config.json'))
  const tokenizer = new LanguageTokenizer(object(json, path), object(settings, config), stops, path)
  if (vocabulary !== undefined) checkVocabulary(tokenizer, vocabulary, path)
  return tokenizer
}

/** Rows that no token has are usual: embeddings are padded to round sizes, and how far is up to who trained them. */
function checkVocabulary(tokenizer: LanguageTokenizer, rows: number, where: string): void {
  if (tokenizer.size <= rows) return
  throw new EgoLensError(
    'tokenizer/other-vocabulary',
    `the tokenizer has ${tokenizer.size} tokens, the model's embedding ${rows} rows`,
    { where, cure: 'take tokenizer.json and the weights of one model' },
  )
}

async function furtherStops(path: string): Promise<number[]> {
  if (!(await exists(path))) return []
  const parsed = generation.safeParse(await readJson(path))
  const ids = parsed.success ? (parsed.data.eos_token_id ?? []) : []
  return typeof ids === 'number' ? [ids] : ids
}

function object(value: unknown, where: string): object {
  if (typeof value === 'object' && value !== null) return value
  throw new EgoLensError('tokenizer/bad-file', 'not a JSON object', { where })
}
