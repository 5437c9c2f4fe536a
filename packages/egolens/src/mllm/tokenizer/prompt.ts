import { EgoLensError } from '../../errors.js'
import { IGNORED } from '../language/loss.js'
import type { Part } from './template.js'
import type { LanguageTokenizer } from './tokenizer.js'

/** Ids that stand for what is seen, until its embeddings take their place. */
export const MARKERS: Readonly<Record<string, number>> = { '<image>': -200, '<video>': -201 }

/** Ids of a text; those below 0 are placeholders of visuals. */
export interface Prompt {
  ids: number[]
  /** As long as `ids`: the id where it is to be learnt, -100 elsewhere. */
  labels: number[]
}

/**
 * Tokenises a prompt. Markers are cut out of its texts first, and what stands between them is tokenised piece by piece
 * without special tokens.
 *
 * @throws EgoLensError `tokenizer/bad-file` where the template needs a token that the tokenizer has not
 * @example
 * const { ids } = tokenisePrompt(tokenizer, mistralTemplate([{ role: 'user', content: '<video>\nWhat is cut?' }]))
 */
export function tokenisePrompt(tokenizer: LanguageTokenizer, parts: readonly Part[]): Prompt {
  const prompt: Prompt = { ids: [], labels: [] }
  for (const part of parts) {
    for (const id of idsOf(tokenizer, part)) {
      prompt.ids.push(id)
      prompt.labels.push(part.target && id >= 0 ? id : IGNORED)
    }
  }
  return prompt
}

function idsOf(tokenizer: LanguageTokenizer, { text, token, next }: Part): number[] {
  if (token !== undefined) {
    const id = tokenizer[token]
    if (id !== undefined) return [id]
    throw new EgoLensError('tokenizer/bad-file', `the template needs a ${token} token, and the tokenizer names none`, {
      cure: `name ${token}_token in tokenizer_config.json`,
    })
  }
  return (text ?? '').split(/(<image>|<video>)/).flatMap((piece, i) => {
    const marker = i % 2 === 1 ? MARKERS[piece] : undefined
    if (marker !== undefined) return [marker]
    return next && i === 0 ? tokenizer.encodeNext(piece) : tokenizer.encode(piece)
  })
}

/**
 * @param visuals tokens of each visual, in the order of the placeholders
 * @param context most tokens that the model takes
 * @param room tokens that are still to be generated
 * @returns tokens of the prompt with its visuals
 * @throws EgoLensError `mllm/too-long` saying by how many tokens; `mllm/visual-count`
 */
export function promptLength(
  { ids }: Pick<Prompt, 'ids'>,
  visuals: readonly number[],
  { context, room = 0 }: { context: number; room?: number },
): number {
  const places = ids.filter((id) => id < 0).length
  checkCount(places, visuals.length)
  const seen = visuals.reduce((sum, count) => sum + count, 0)
  const length = ids.length - places + seen
  const over = length + room - context
  if (over <= 0) return length
  const answer = room > 0 ? ` and ${room} for the answer` : ''
  throw new EgoLensError(
    'mllm/too-long',
    `the prompt exceeds the context by ${over} tokens: ${length - seen} of text, ${seen} of visuals${answer}, where ${context} fit`,
    { cure: 'shorten the text, or take fewer frames' },
  )
}

/** @throws EgoLensError `mllm/visual-count` */
export function checkCount(places: number, visuals: number): void {
  if (places === visuals) return
  throw new EgoLensError('mllm/visual-count', `the prompt has ${places} places for visuals, and ${visuals} are given`, {
    cure: 'write <video> or <image> once for each',
  })
}
