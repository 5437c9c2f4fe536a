import type { Generator, Tensor } from '@egolens/torch'
import { empty, nn, noGrad, scope } from '@egolens/torch'
import { z } from 'zod'
import type { TextEncoder } from '../encoders/types.js'

const init = z.enum(['random', 'phrase']).describe('how the vectors begin: N(0, 0.02^2), or as the words of `phrase`')

/** The options of learned vectors that may begin as words; defaults are each method's own. */
export const contextOptions = {
  contextTokens: z.int().min(1).optional().describe('learned vectors in every class text'),
  init: init.optional(),
  phrase: z.string().regex(/\S/).default('a photo of a').describe('the words, for init: phrase'),
}

export interface ContextStart {
  init: 'random' | 'phrase'
  phrase: string
}

export const wordsOf = (phrase: string) => phrase.trim().split(/\s+/)

/**
 * Learned vectors of class texts (CoOp, Zhou et al., IJCV 2022, section 3.2): [n, w], or [K, n, w] where every class has
 * its own.
 */
export class Context extends nn.Module {
  readonly context: Tensor

  /** @param shape [n, w] or [K, n, w] */
  constructor(shape: number[], start: ContextStart, text: TextEncoder, generator: Generator) {
    super()
    const values = nn.init.normal_(empty(shape), 0, 0.02, generator)
    if (start.init === 'phrase') writePhrase(values, wordsOf(start.phrase), text)
    this.context = this.parameter('context', values)
  }
}

/**
 * The i-th vector becomes the token embedding of the i-th word. A word that the tokenizer has only in pieces has none:
 * its vector stays random, as do those beyond the phrase.
 */
function writePhrase(values: Tensor, words: string[], text: TextEncoder): void {
  noGrad(() =>
    scope(() => {
      words.slice(0, values.shape.at(-2)!).forEach((word, i) => {
        const { ids, ends } = text.tokenize([word])
        if (ends[0] !== 2) return
        const embedding = text.embedTokens(ids.narrow(1, 1, 1).contiguous()).flatten()
        values.select(-2, i).copy_(embedding)
      })
    }),
  )
}
