import type { CausalLM } from '../language/model.js'
import type { LanguageTokenizer } from '../tokenizer/tokenizer.js'
import { Answer, type Reason } from './answer.js'
import { decode, type Start } from './decode.js'
import { checkGeneration, type GenerationOptions } from './options.js'

/** An answer. */
export interface Generated {
  text: string
  /** Without the token that ended it. */
  ids: number[]
  reason: Reason
}

/** A language model and its tokenizer. */
export interface Speaker {
  model: CausalLM
  tokenizer: LanguageTokenizer
}

/**
 * Answers to a batch of prompts, which are computed together.
 *
 * @param start prompts as embeddings, padded on either side
 * @throws EgoLensError `mllm/bad-option`, `mllm/too-long`
 * @example
 * const [answer] = await generate({ model, tokenizer }, joinVisuals(model, [sample], 'left'), { maxNewTokens: 64 })
 * console.log(answer.text)
 */
export async function generate(
  { model, tokenizer }: Speaker,
  start: Start,
  options: GenerationOptions = {},
): Promise<Generated[]> {
  const checked = checkGeneration(options)
  const answers = Array.from({ length: start.embeddings.shape[0]! }, () => new Answer(tokenizer, checked.stop))
  const ended = () => answers.every(({ reason }) => reason !== undefined)
  for await (const tokens of decode(model, start, checked, ended)) {
    for (const [row, answer] of answers.entries()) answer.push(tokens[row]!)
  }
  return answers.map((answer) => {
    answer.close()
    return { text: answer.text, ids: answer.ids, reason: answer.reason! }
  })
}

/**
 * The answer to one prompt, piece by piece as it is made.
 *
 * @returns through the iterator's last result: the whole answer
 * @throws EgoLensError `mllm/bad-option`, `mllm/too-long`
 * @example
 * for await (const piece of streamText({ model, tokenizer }, { embeddings })) process.stdout.write(piece)
 */
export async function* streamText(
  { model, tokenizer }: Speaker,
  start: Start,
  options: GenerationOptions = {},
): AsyncGenerator<string, Generated> {
  const checked = checkGeneration(options)
  const answer = new Answer(tokenizer, checked.stop)
  for await (const [id] of decode(model, start, checked, () => answer.reason !== undefined)) {
    const piece = answer.push(id!)
    if (piece !== '') yield piece
  }
  const rest = answer.close()
  if (rest !== '') yield rest
  return { text: answer.text, ids: answer.ids, reason: answer.reason! }
}
