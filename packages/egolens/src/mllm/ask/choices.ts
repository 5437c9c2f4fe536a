import { softmax } from '../../evaluation/scores.js'
import type { Start } from '../generation/decode.js'
import type { Speaker } from '../generation/generate.js'
import { scoreCandidates } from '../generation/score.js'

/** An answer to choose, and how likely it is. */
export interface Choice {
  text: string
  /** Among the choices: they add up to 1. */
  probability: number
  /** Natural logarithm, over the tokens of the answer and its end. */
  logLikelihood: number
  /** How many these are. */
  tokens: number
}

/**
 * How likely each answer is to go on from a prompt, its end token included, and its probability among them: the softmax
 * of the log-likelihoods' sums, or of their means.
 *
 * @param start what comes before: embeddings [1, L, W], and what is cached of before them
 * @throws EgoLensError `mllm/empty-candidate`, `mllm/too-long`
 */
export function weighChoices(
  { model, tokenizer }: Speaker,
  { embeddings, ...shared }: Pick<Start, 'embeddings' | 'cache'>,
  texts: readonly string[],
  likelihood: 'sum' | 'mean' = 'sum',
): Choice[] {
  const answers = texts.map((text) => [...tokenizer.encodeNext(text), tokenizer.eos])
  const scores = scoreCandidates(model, embeddings, answers, shared)
  const probabilities = softmax(scores.map((score) => score[likelihood]))
  return texts.map((text, i) => ({
    text,
    probability: probabilities[i]!,
    logLikelihood: scores[i]!.sum,
    tokens: scores[i]!.tokens.length,
  }))
}

/** Of equal ones the first. */
export const likeliest = (choices: readonly Choice[]): Choice =>
  choices.reduce((found, one) => (one.probability > found.probability ? one : found))
