import { nn, type Tensor } from '@egolens/torch'
import { attend } from './attend.js'
import type { KeyValueCache } from './cache.js'
import type { LanguageConfig } from './config.js'
import { Linear } from './product.js'
import type { Projection } from './projection.js'
import { type Rotation, rotate } from './rotary.js'
import type { Visibility } from './visibility.js'

/** What the layers of one forward pass share. */
export interface Pass {
  rotation: Rotation
  /** For layers without the window, and for those with it. */
  sight: { whole: Visibility; windowed: Visibility }
  cache?: KeyValueCache | undefined
}

/** Attention of a decoder: rotary positions, fewer heads of keys and values than of queries. Hugging Face's names. */
export class SelfAttention extends nn.Module {
  q_proj: Projection
  k_proj: Projection
  v_proj: Projection
  o_proj: Projection
  readonly #config: LanguageConfig

  constructor(
    config: LanguageConfig,
    private readonly layer: number,
    options: nn.LayerOptions = {},
  ) {
    super()
    this.#config = config
    const { width, heads, keyValueHeads, headWidth, bias } = config
    this.q_proj = new Linear(width, heads * headWidth, { ...options, bias })
    this.k_proj = new Linear(width, keyValueHeads * headWidth, { ...options, bias })
    this.v_proj = new Linear(width, keyValueHeads * headWidth, { ...options, bias })
    this.o_proj = new Linear(heads * headWidth, width, { ...options, bias: false })
  }

  /** x [B, L, W] -> [B, L, W] */
  forward(x: Tensor, { rotation, sight, cache }: Pass): Tensor {
    const { heads, keyValueHeads, window, windowFrom } = this.#config
    const q = rotate(this.#split(this.q_proj, x, heads), rotation)
    const k = rotate(this.#split(this.k_proj, x, keyValueHeads), rotation).transpose(1, 2)
    const v = this.#split(this.v_proj, x, keyValueHeads).transpose(1, 2)
    const parts = cache?.append(this.layer, { k, v }) ?? [{ k, v }]
    const windowed = window !== null && this.layer >= windowFrom
    return this.o_proj.forward(attend(q, parts, windowed ? sight.windowed : sight.whole))
  }

  #split(projection: Projection, x: Tensor, heads: number): Tensor {
    const [batch, length] = x.shape as [number, number]
    return projection.forward(x).view([batch, length, heads, this.#config.headWidth])
  }
}
