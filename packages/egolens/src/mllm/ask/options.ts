import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

const choice = z.string().trim().min(1)
const schema = z.strictObject({
  choices: z
    .array(choice)
    .min(2)
    .refine((all) => new Set(all).size === all.length, 'the same answer twice')
    .optional(),
  likelihood: z.enum(['sum', 'mean']).default('sum'),
  maxTokens: z.int().positive().default(256),
  temperature: z.number().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  stop: z.array(z.string().min(1)).default([]),
  seed: z.int().nonnegative().default(0),
})

/** How a question is answered. */
export interface AskOptions {
  /** Answers to choose from, two at least; they are listed in the question, and nothing is generated. */
  choices?: readonly string[] | undefined
  /**
   * What the probabilities of choices are a softmax of. `sum`, the default: log-likelihoods of the answers with their
   * end, so that they are the model's own probabilities, given that it says one of these (as lm-evaluation-harness' `acc`).
   * `mean`: log-likelihoods a token, which do not favour short answers (Brown et al. 2020, section 2.4).
   */
  likelihood?: 'sum' | 'mean' | undefined
  /** Most tokens of an answer; 256 by default. */
  maxTokens?: number | undefined
  /** 0, the default, takes the likeliest token each time. */
  temperature?: number | undefined
  /** Draws among the likeliest tokens that together have this probability; 1 by default. */
  topP?: number | undefined
  /** Texts that end an answer and are no part of it. */
  stop?: readonly string[] | undefined
  /** What is drawn with, where the temperature is not 0; 0 by default. */
  seed?: number | undefined
  signal?: AbortSignal | undefined
}

export type CheckedAsk = z.output<typeof schema> & { signal?: AbortSignal }

/** @throws EgoLensError `mllm/bad-option` naming the option */
export function checkAsk({ signal, ...given }: AskOptions): CheckedAsk {
  const parsed = schema.safeParse(given)
  if (parsed.success) return { ...parsed.data, ...(signal ? { signal } : {}) }
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('mllm/bad-option', `${issue.path.join('.') || 'the options'}: ${issue.message}`)
}
