import { cat, fromTypedArray, noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { KeyValueCache } from '../language/cache.js'
import { wide } from '../language/loss.js'
import type { CausalLM } from '../language/model.js'

/** How likely an answer is. */
export interface CandidateScore {
  /** Natural logarithm of the answer's probability after the prefix: the sum over its tokens. */
  sum: number
  /** The sum divided by the number of tokens. */
  mean: number
  /** Of each token. */
  tokens: number[]
}

/**
 * Log-likelihoods of several answers to one prompt. The prompt is computed once and its keys and values are shared;
 * the answers go through as one batch.
 *
 * @param prefix embeddings [1, L, W]
 * @param options.cache of one row, what came before the prefix, which is added to it; the answers are not
 * @param candidates ids of each answer; with the end token where an answer's end is to count
 * @throws EgoLensError `mllm/empty-candidate`, `mllm/too-long`
 * @example
 * const scores = scoreCandidates(model, embeddings, ['(A)', '(B)'].map((text) => tokenizer.encodeNext(text)))
 * const best = scores.reduce((best, { sum }, i) => (sum > scores[best].sum ? i : best), 0)
 */
export function scoreCandidates(
  model: CausalLM,
  prefix: Tensor,
  candidates: readonly number[][],
  { cache: given }: { cache?: KeyValueCache } = {},
): CandidateScore[] {
  const empty = candidates.findIndex((ids) => ids.length === 0)
  if (empty >= 0) throw new EgoLensError('mllm/empty-candidate', `answer ${empty + 1} has no tokens to score`)
  if (candidates.length === 0) return []
  const longest = Math.max(...candidates.map((ids) => ids.length))
  const cache = given ?? new KeyValueCache(model.config.layers, 1, prefix.shape[1]!)
  const fork = () => cache.fork(candidates.length, cache.length + longest)
  let shared: KeyValueCache | undefined
  try {
    return noGrad(() =>
      scope(() => {
        const before = model.forward(prefix, { cache }).narrow(1, prefix.shape[1]! - 1, 1)
        const hidden = before.expand([candidates.length, 1, before.shape[2]!])
        if (longest > 1) shared = fork()
        const after =
          shared && model.forward(model.embed(inputs(candidates, longest - 1, model.device)), { cache: shared })
        return likelihoods(model, after ? cat([hidden, after], 1) : hidden, candidates)
      }),
    )
  } finally {
    shared?.dispose()
    if (!given) cache.dispose()
  }
}

/** All tokens but the last, [K, L], padded on the right: nothing real sees what follows it. */
function inputs(candidates: readonly number[][], length: number, device: string): Tensor {
  const ids = new BigInt64Array(candidates.length * length)
  candidates.forEach((candidate, row) => {
    ids.set(
      candidate.slice(0, -1).map((id) => BigInt(id)),
      row * length,
    )
  })
  return fromTypedArray(ids, [candidates.length, length]).to(device)
}

/** hidden [K, L, W] before each token; logits are made where there is one. */
function likelihoods(model: CausalLM, hidden: Tensor, candidates: readonly number[][]): CandidateScore[] {
  const [, length, width] = hidden.shape as [number, number, number]
  const places = candidates.flatMap((ids, row) => ids.map((_, i) => BigInt(row * length + i)))
  const index = (values: bigint[]) => fromTypedArray(BigInt64Array.from(values), [values.length]).to(hidden.device)
  const logits = model.logits(hidden.reshape([-1, width]).indexSelect(0, index(places)))
  const targets = index(candidates.flat().map((id) => BigInt(id))).unsqueeze(1)
  const found = wide(logits).logSoftmax(-1).gather(1, targets).squeeze(1).tolist() as number[]
  let at = 0
  return candidates.map((ids) => {
    const tokens = found.slice(at, at + ids.length)
    at += ids.length
    const sum = tokens.reduce((total, value) => total + value, 0)
    return { sum, mean: sum / ids.length, tokens }
  })
}
