import type { CandidateScore } from '../generation/score.js'

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

/** Probabilities of answers out of their log-likelihoods: the softmax of the sums, or of the means. */
export function choicesOf(
  texts: readonly string[],
  scores: readonly CandidateScore[],
  likelihood: 'sum' | 'mean',
): Choice[] {
  const most = Math.max(...scores.map((score) => score[likelihood]))
  const weights = scores.map((score) => Math.exp(score[likelihood] - most))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return texts.map((text, i) => ({
    text,
    probability: weights[i]! / all,
    logLikelihood: scores[i]!.sum,
    tokens: scores[i]!.tokens.length,
  }))
}
