import { fromTypedArray, full, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Hooks } from '../types.js'
import { type BlockSettings, norm } from './block.js'
import type { ClipConfig } from './config.js'
import { blockSettings, type Folding, runLayers } from './layers.js'
import { runAfterPrefix } from './prefix.js'
import type { TextWeights } from './weights.js'

/** CLIP's text tower (Radford et al. 2021, section 2.4): causal attention, pooled at each text's end token. */
export class TextTower {
  readonly #settings: BlockSettings
  readonly #mask: Tensor

  /** @param folding what the weights were bound with */
  constructor(
    readonly config: Pick<ClipConfig, 'text' | 'width'>,
    readonly weights: TextWeights,
    folding: Folding,
  ) {
    this.#settings = blockSettings(config.text, folding)
    const { context } = config.text
    this.#mask = scope(() => full([context, context], Number.NEGATIVE_INFINITY).triu(1)).keep()
  }

  /** ids [K, L] int64 -> [K, L, W], without positions. */
  embed(ids: Tensor): Tensor {
    return this.weights.tokens.indexSelect(0, ids.reshape([-1])).view([...ids.shape, this.config.text.width])
  }

  /**
   * Embeddings [K, L, W] without positions -> [K, D]; gradients flow to the embeddings. Attention is causal, so
   * what comes after the last end token changes nothing and is cut off.
   */
  encode(embeddings: Tensor, ends: readonly number[], hooks?: Hooks): Tensor {
    const { positions, blocks, finalNorm, projection } = this.weights
    return scope(() => {
      const length = Math.max(...ends) + 1
      const placed = embeddings.narrow(1, 0, length).add(positions.narrow(0, 0, length))
      const mask = this.#mask.narrow(0, 0, length).narrow(1, 0, length)
      const seen = runLayers(placed, blocks, this.#settings, hooks ? { hooks, mask } : { mask })
      const pooled = seen.reshape([-1, this.config.text.width]).indexSelect(0, pick(ends, seen.shape[1]!))
      return norm(pooled, finalNorm, this.config.text.eps).matmul(projection.t())
    })
  }

  /** Prefixes [G, P, W] and what follows them, [G, K, R, W], without positions -> [G, K, D]: `runAfterPrefix`. */
  encodeAfterPrefix(prefix: Tensor, rest: Tensor, ends: readonly number[]): Tensor {
    const { positions, blocks, finalNorm, projection } = this.weights
    return scope(() => {
      const [groups, shared, length] = [prefix.shape[0]!, prefix.shape[1]!, Math.max(...ends) + 1]
      const head = prefix.add(positions.narrow(0, 0, shared))
      const tail = rest.narrow(2, 0, length).add(positions.narrow(0, shared, length))
      const mask = this.#mask.narrow(0, 0, Math.max(shared, length)).narrow(1, 0, Math.max(shared, length))
      const seen = runAfterPrefix(head, tail, blocks, this.#settings, mask)
      const all = Array.from({ length: groups }, () => ends).flat()
      const pooled = seen.reshape([-1, this.config.text.width]).indexSelect(0, pick(all, length))
      return norm(pooled, finalNorm, this.config.text.eps).matmul(projection.t()).view([groups, ends.length, -1])
    })
  }

  /** ids [K, L] -> [K, D], without gradients. */
  encodeIds(ids: Tensor, ends: readonly number[]): Tensor {
    return noGrad(() => scope(() => this.encode(this.embed(ids), ends)))
  }

  dispose(): void {
    this.#mask.dispose()
  }
}

function pick(ends: readonly number[], length: number): Tensor {
  return fromTypedArray(
    BigInt64Array.from(ends, (end, k) => BigInt(k * length + end)),
    [ends.length],
  )
}
