import { join } from 'node:path'
import {
  fromTypedArray,
  Generator,
  nn,
  noGrad,
  randn,
  safetensors,
  scope,
  setNumThreads,
  type Tensor,
} from '@egolens/torch'
import { CausalLM, type LanguageConfig } from 'egolens'
import type { Bench } from './bench.js'
import { ourSide } from './machine.js'
import { Peer } from './peer.js'

export interface LanguageSetting {
  config: LanguageConfig
  model: CausalLM
  /** [1, P, W]: embeddings of a video and a question. */
  prefix: Tensor
  /** The model's weights and the prefix, for the peer. */
  file: string
}

/** A small language model of Mistral's architecture with random weights, as large as a plain CPU likes. */
export function languageSetting(bench: Bench): LanguageSetting {
  setNumThreads(bench.threads)
  const sizes = bench.quick
    ? { width: 32, layers: 2, hidden: 48, heads: 4, keyValueHeads: 2, vocabulary: 64, prefix: 20 }
    : { width: 512, layers: 8, hidden: 1408, heads: 8, keyValueHeads: 4, vocabulary: 4096, prefix: 500 }
  bench.set({ ...sizes, dtype: 'float32' })
  const { prefix: length, ...own } = sizes
  const config: LanguageConfig = {
    ...{ ...own, family: 'mistral', headWidth: own.width / own.heads, eps: 1e-5, ropeTheta: 10_000 },
    ...{ window: null, windowFrom: 0, context: 1024, tiedHead: false, bias: false },
  }
  const generator = new Generator(1)
  const model = nn.init.skip(() => new CausalLM(config))
  for (const [name, tensor] of model.namedParameters()) {
    if (name.includes('norm')) nn.init.ones_(tensor)
    else nn.init.normal_(tensor, 0, name.includes('embed') ? 1 : own.width ** -0.5, generator)
  }
  model.requiresGrad_(false).eval()
  const prefix = randn([1, length, own.width], { generator })
  const file = join(bench.folder, 'language.safetensors')
  scope(() => safetensors.save(file, { ...model.stateDict(), prefix }))
  return { config, model, prefix, file }
}

/** The same model in Python, with the weights that are in a file; the document has both sides. */
export async function languagePeer(bench: Bench, { config, file }: LanguageSetting): Promise<Peer | undefined> {
  const side = await ourSide()
  bench.side('ours', side)
  const peer = await Peer.python(bench, 'language', side.blas)
  const { layers, heads, keyValueHeads: groups, eps, ropeTheta: theta } = config
  await peer?.ask({ run: 'load', path: file, config: { layers, heads, groups, eps, theta } })
  return peer
}

/** Ids that no model would say, the same each time. */
export const someIds = (count: number, vocabulary: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => (7 * (i + from) + 3 * (i + from) ** 2) % vocabulary)

export const idRow = (ids: readonly number[]): Tensor =>
  fromTypedArray(BigInt64Array.from(ids, BigInt), [1, ids.length])

/** Minus the log-probability of an id after hidden [1, 1, W]. */
export function surprise(model: CausalLM, hidden: Tensor, id: number): Tensor {
  return model.logits(hidden).logSoftmax(-1).narrow(-1, id, 1).neg()
}

/** Work whose tensors are freed, without gradients. */
export const quietly = <T>(work: () => T): T => noGrad(() => scope(work))
