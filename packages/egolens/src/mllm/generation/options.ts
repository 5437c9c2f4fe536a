import type { Generator } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

const schema = z.strictObject({
  maxNewTokens: z.int().positive().default(256),
  temperature: z.number().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  stop: z.array(z.string().min(1)).default([]),
})

/** How answers are drawn. */
export interface GenerationOptions {
  /** Most tokens of an answer; 256 by default. */
  maxNewTokens?: number
  /** 0, the default, takes the likeliest token; larger values flatten the distribution. */
  temperature?: number
  /** Draws among the likeliest tokens that together have this probability (Holtzman et al. 2020); 1 by default. */
  topP?: number
  /** Texts that end an answer and are no part of it. */
  stop?: readonly string[]
  /** What tokens are drawn with where the temperature is not 0. */
  generator?: Generator
  signal?: AbortSignal
}

export type CheckedGeneration = z.output<typeof schema> & Pick<GenerationOptions, 'generator' | 'signal'>

/** @throws EgoLensError `mllm/bad-option` naming the option */
export function checkGeneration({ generator, signal, ...given }: GenerationOptions): CheckedGeneration {
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('mllm/bad-option', `${issue.path.join('.') || 'the options'}: ${issue.message}`)
  }
  if (parsed.data.temperature > 0 && !generator) {
    throw new EgoLensError('mllm/bad-option', 'temperature: drawing needs a generator', {
      cure: 'give generator: new Generator(seed), or a temperature of 0',
    })
  }
  return { ...parsed.data, ...(generator ? { generator } : {}), ...(signal ? { signal } : {}) }
}
