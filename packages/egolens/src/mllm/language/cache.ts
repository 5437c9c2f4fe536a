import { empty, noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { type Padding, paddedRanges, type Range } from './padding.js'

/** Keys and values of one layer, [B, heads, S, D] each. */
export interface KeysValues {
  k: Tensor
  v: Tensor
}

/**
 * What layers have seen of a sequence, so that the next tokens are all that is computed. Its memory is taken ahead and
 * grows when it is full. It is made under `noGrad`: nothing of it has gradients. It lives until `dispose()`.
 * @example
 * const cache = new KeyValueCache(model.config.layers)
 * model.forward(prompt, { cache })
 * const answers = cache.fork(4) // four continuations of one prompt, which is kept and read once
 */
export class KeyValueCache {
  readonly #layers: (KeysValues | undefined)[]
  #length: number
  /** Tokens that lie in the prefix. */
  readonly #shared: number
  /** Padded places of each row; empty where no row has any. */
  #padded: Range[][] = []

  /**
   * @param batch rows
   * @param capacity tokens for which memory is taken at once, where that is known
   */
  constructor(
    readonly layers: number,
    readonly batch = 1,
    private readonly capacity = 0,
    private readonly prefix?: KeyValueCache,
  ) {
    this.#layers = Array.from({ length: layers })
    this.#shared = this.#length = prefix?.length ?? 0
    if (prefix) this.#padded = Array.from({ length: prefix.#padded.length && batch }, () => prefix.#padded[0]!)
  }

  /** Tokens of each row, padded ones too. */
  get length(): number {
    return this.#length
  }

  /** Padded places of each row; none at all where no row has any. */
  get padded(): readonly (readonly Range[])[] {
    return this.#padded
  }

  /**
   * Puts a layer's keys and values behind those that it has.
   * @returns all of them: what is shared with other caches as parts of one row, then this cache's own
   */
  append(layer: number, { k, v }: KeysValues): KeysValues[] {
    if (k.requiresGrad || v.requiresGrad) {
      throw new EgoLensError('mllm/cached-gradient', 'a cache keeps no gradients', {
        cure: 'run the model under noGrad(), or without a cache',
      })
    }
    const own = this.#length - this.#shared
    const [length, total] = [k.shape[2]!, own + k.shape[2]!]
    const room = this.#room(layer, own, total, k)
    noGrad(() =>
      scope(() => {
        room.k.narrow(2, own, length).copy_(k)
        room.v.narrow(2, own, length).copy_(v)
      }),
    )
    return [...this.#before(layer), cut(room, total)]
  }

  /** Counts tokens that all layers have appended. */
  advance(tokens: number, padding?: Padding): void {
    if (padding) {
      const ranges = paddedRanges(padding, this.batch, tokens, this.#length)
      if (this.#padded.length > 0 || ranges.some(([from, to]) => to > from)) {
        this.#padded = ranges.map((range, row) => [...(this.#padded[row] ?? []), range])
      }
    }
    this.#length += tokens
  }

  /** Forgets all but the first tokens. @throws EgoLensError `mllm/bad-crop` */
  crop(length: number): void {
    if (!(length >= this.#shared && length <= this.#length)) {
      const shared = this.#shared > 0 ? `, ${this.#shared} of them shared,` : ''
      throw new EgoLensError('mllm/bad-crop', `a cache of ${this.#length} tokens${shared} cannot be cut to ${length}`)
    }
    this.#length = length
    this.#padded = this.#padded.map((row) =>
      row.flatMap(([from, to]): Range[] => (from < length ? [[from, Math.min(to, length)]] : [])),
    )
  }

  /**
   * Continuations of a cache of one row. They share what it holds now without a copy; it must outlive them and not be
   * cropped below that.
   * @throws EgoLensError `mllm/bad-fork` where there are several rows
   */
  fork(batch: number, capacity = 0): KeyValueCache {
    if (this.batch === 1) return new KeyValueCache(this.layers, batch, capacity, this)
    throw new EgoLensError('mllm/bad-fork', `a cache of ${this.batch} rows is not a prefix that others can share`)
  }

  /** Frees the memory of this cache; what it shares is its owner's. */
  dispose(): void {
    for (const held of this.#layers.splice(0)) {
      held?.k.dispose()
      held?.v.dispose()
    }
  }

  #before(layer: number): KeysValues[] {
    const { prefix } = this
    if (!prefix || this.#shared === 0) return []
    const own = this.#shared - prefix.#shared
    return [...prefix.#before(layer), ...(own > 0 ? [cut(prefix.#layers[layer]!, own)] : [])]
  }

  #room(layer: number, held: number, needed: number, like: Tensor): KeysValues {
    const old = this.#layers[layer]
    if (old && old.k.shape[2]! >= needed) return old
    const [batch, heads, , width] = like.shape as [number, number, number, number]
    if (batch !== this.batch) {
      throw new EgoLensError('mllm/bad-batch', `the cache has ${this.batch} rows, the tokens ${batch}`)
    }
    const capacity = old ? Math.ceil(needed * 1.25) + 64 : Math.max(needed, this.capacity - this.#shared)
    const { dtype, device } = like
    const make = () => empty([batch, heads, capacity, width], { dtype, device }).keep()
    const made = noGrad(() => ({ k: make(), v: make() }))
    if (old) {
      noGrad(() =>
        scope(() => {
          made.k.narrow(2, 0, held).copy_(old.k.narrow(2, 0, held))
          made.v.narrow(2, 0, held).copy_(old.v.narrow(2, 0, held))
        }),
      )
      old.k.dispose()
      old.v.dispose()
    }
    this.#layers[layer] = made
    return made
  }
}

const cut = ({ k, v }: KeysValues, length: number): KeysValues => ({
  k: k.narrow(2, 0, length),
  v: v.narrow(2, 0, length),
})
