import { Tokenizer as JsonTokenizer } from '@huggingface/tokenizers'
import { EgoLensError } from '../../../errors.js'
import type { Tokenizer } from './types.js'

/**
 * A tokenizer.json of the Hugging Face tokenizers library. Its post-processor must put a start and an end token
 * around a text, as CLIP's does: an empty text is then exactly these two.
 *
 * @param json the parsed tokenizer.json
 * @param config the parsed tokenizer_config.json, where there is one
 * @throws EgoLensError `tokenizer/bad-file`
 */
export function jsonTokenizer(json: object, config: object = {}, where?: string): Tokenizer {
  let inner: JsonTokenizer
  try {
    inner = new JsonTokenizer(json, config)
  } catch (error) {
    throw new EgoLensError('tokenizer/bad-file', `not a tokenizer.json: ${(error as Error).message}`, { where })
  }
  const around = inner.encode('').ids
  if (around.length !== 2) {
    throw new EgoLensError('tokenizer/bad-file', 'an empty text must become a start and an end token', {
      where,
      cure: 'give the tokenizer a post-processor that adds them, such as TemplateProcessing',
    })
  }
  const size = Math.max(...inner.get_vocab(true).values()) + 1
  return { size, start: around[0]!, end: around[1]!, encode: (text) => inner.encode(text).ids }
}
