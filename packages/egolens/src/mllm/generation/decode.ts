import { setImmediate } from 'node:timers/promises'
import { fromTypedArray, noGrad, scope, type Tensor } from '@egolens/torch'
import { KeyValueCache } from '../language/cache.js'
import type { CausalLM } from '../language/model.js'
import { lastPlaces, type Padding } from '../language/padding.js'
import type { CheckedGeneration } from './options.js'
import { pickTokens } from './sampling.js'

/** What answers go on from. */
export interface Start {
  /** [B, L, W] */
  embeddings: Tensor
  padding?: Padding
  /**
   * What came before, which the prompt and the answers are added to; without it a cache is made and freed. The last
   * token of an answer is not in it.
   */
  cache?: KeyValueCache
}

/**
 * One token of each row at a time, until all rows have ended, or the tokens or the model's positions run out. A row
 * that has ended goes on being computed while others have not: its tokens mean nothing.
 *
 * @param ended asked after each step
 */
export async function* decode(
  model: CausalLM,
  { embeddings, padding, cache: given }: Start,
  options: CheckedGeneration,
  ended: () => boolean,
): AsyncGenerator<number[]> {
  const [batch, length] = embeddings.shape as [number, number]
  const most = Math.min(options.maxNewTokens, model.config.context - (given?.length ?? 0) - length + 1)
  const cache = given ?? new KeyValueCache(model.config.layers, batch, length + most)
  try {
    let tokens = step(model, cache, options, () => embeddings, padding)
    for (let made = 1; ; made++) {
      yield tokens
      if (ended() || made >= most) return
      // Ctrl-C and whoever shows the text get a turn.
      await setImmediate()
      options.signal?.throwIfAborted()
      const ids = BigInt64Array.from(tokens, BigInt)
      tokens = step(model, cache, options, () => model.embed(fromTypedArray(ids, [batch, 1]).to(model.device)))
    }
  } finally {
    if (!given) cache.dispose()
  }
}

function step(
  model: CausalLM,
  cache: KeyValueCache,
  options: CheckedGeneration,
  input: () => Tensor,
  padding?: Padding,
): number[] {
  return noGrad(() =>
    scope(() => {
      const embeddings = input()
      const [batch, length] = embeddings.shape as [number, number]
      const hidden = model.forward(embeddings, { cache, ...(padding ? { padding } : {}) })
      const last = BigInt64Array.from(lastPlaces(padding, batch, length), (place, row) => BigInt(row * length + place))
      const ends = hidden.flatten(0, 1).indexSelect(0, fromTypedArray(last, [batch]).to(hidden.device))
      return pickTokens(model.logits(ends), options)
    }),
  )
}
