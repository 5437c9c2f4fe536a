import { arange, type DType, fromTypedArray, nn, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { fusedAttention } from './attend.js'
import type { Pass } from './attention.js'
import { DecoderLayer, LayerInPass } from './block.js'
import type { KeyValueCache } from './cache.js'
import type { LanguageConfig } from './config.js'
import { type Padding, paddedRanges, type Range } from './padding.js'
import { Linear, product } from './product.js'
import { rotationAt } from './rotary.js'
import { visibility } from './visibility.js'

/** What a forward pass may be told besides its tokens. */
export interface ForwardOptions {
  /** What came before; the tokens are added to it. */
  cache?: KeyValueCache
  /** Rows of different lengths. Padding on the right costs nothing without a cache: no token sees what follows it. */
  padding?: Padding
  /** int64 [L] or [B, L]; each real token's rank in its row where absent. */
  positions?: Tensor
}

/** The tokens' embeddings, the layers and the last norm, under the names of Hugging Face's files. */
class Decoder extends nn.Module {
  readonly embed_tokens: nn.Embedding
  readonly layers: DecoderLayer[]
  readonly norm: nn.RMSNorm

  constructor(config: LanguageConfig, options: nn.LayerOptions) {
    super()
    this.embed_tokens = new nn.Embedding(config.vocabulary, config.width, options)
    this.layers = Array.from({ length: config.layers }, (_, layer) => new DecoderLayer(config, layer, options))
    this.norm = new nn.RMSNorm(config.width, { ...options, eps: config.eps })
  }
}

/**
 * A decoder-only language model of Mistral's architecture (Jiang et al. 2023) or Qwen2's, which differs by biases on
 * queries, keys and values. Its state dict has the names of Hugging Face's files.
 * @example
 * const model = await loadCausalLM('mistralai/Mistral-7B-Instruct-v0.2')
 * const hidden = model.forward(model.embed(ids)) // int64 [B, L] -> [B, L, W]
 * const logits = model.logits(hidden)            // [B, L, vocabulary]
 */
export class CausalLM extends nn.Module {
  readonly model: Decoder
  readonly lm_head: nn.Linear | null

  constructor(
    readonly config: LanguageConfig,
    options: nn.LayerOptions = {},
  ) {
    super()
    this.model = new Decoder(config, options)
    this.lm_head = config.tiedHead ? null : new Linear(config.width, config.vocabulary, { ...options, bias: false })
  }

  /** The type of the weights, which embeddings are brought to. */
  get dtype(): DType {
    return this.model.embed_tokens.weight.dtype
  }

  get device(): string {
    return this.model.embed_tokens.weight.device
  }

  /** ids int64 [...] -> [..., W] */
  embed(ids: Tensor): Tensor {
    return this.model.embed_tokens.forward(ids)
  }

  /**
   * embeddings [B, L, W] -> what the last norm gives [B, L, W].
   * @throws EgoLensError `mllm/too-long` where there are more tokens than the model has positions
   */
  forward(embeddings: Tensor, options: ForwardOptions = {}): Tensor {
    const pass = this.pass(embeddings, options)
    const start = embeddings.to(this.dtype)
    let x = start
    for (const layer of this.model.layers) {
      const y = scope(() => layer.forward(x, pass))
      if (x !== start) x.dispose()
      x = y
    }
    options.cache?.advance(embeddings.shape[1]!, options.padding)
    return this.model.norm.forward(x)
  }

  /** What `forward` gives -> logits [..., vocabulary] */
  logits(hidden: Tensor): Tensor {
    const weight = this.lm_head?.weight ?? this.model.embed_tokens.weight
    return product(hidden, weight)
  }

  /**
   * The layers as layers of one tensor, for activation checkpointing.
   * @example
   * const run = nn.checkpointSequential(model.layersIn(model.pass(embeddings)), embeddings)
   * const loss = nextTokenLoss(model, model.model.norm.forward(run.output), labels)
   * loss.backward()
   * run.backward()
   */
  layersIn(pass: Pass): nn.Layer[] {
    return this.model.layers.map((layer) => new LayerInPass(layer, pass))
  }

  /** What the layers of one forward pass share: positions and who sees whom. */
  pass(embeddings: Tensor, { cache, padding, positions }: ForwardOptions = {}): Pass {
    const [batch, length] = embeddings.shape as [number, number]
    const { config, dtype, device } = this
    const past = cache?.length ?? 0
    if (past + length > config.context) {
      const over = past + length - config.context
      throw new EgoLensError(
        'mllm/too-long',
        `${past + length} tokens are ${over} more than the ${config.context} positions of the model`,
        { cure: 'shorten the prompt, or take fewer frames' },
      )
    }
    const now = padding ? paddedRanges(padding, batch, length, past) : []
    const padded = joined(cache?.padded ?? [], !cache && padding?.side === 'right' ? [] : now)
    const at = positions ?? places(padded, past, length)
    const sight = (window: number | null) =>
      visibility({ batch, past, length, padded, window }, { dtype, device, saysCausal: fusedAttention() })
    const whole = sight(null)
    return {
      rotation: rotationAt(at.to(device), config.headWidth, config.ropeTheta, dtype),
      sight: { whole, windowed: config.window === null ? whole : sight(config.window) },
      cache,
    }
  }
}

/** Padded places of before and of now, by row; none where all ranges are empty. */
function joined(before: readonly (readonly Range[])[], now: readonly Range[]): (readonly Range[])[] {
  const real = now.some(([from, to]) => to > from) ? now : []
  if (real.length === 0) return [...before]
  return real.map((range, row) => [...(before[row] ?? []), range])
}

/** Each token's rank among the real tokens of its row; int64 [L] or [B, L]. */
function places(padded: readonly (readonly Range[])[], past: number, length: number): Tensor {
  if (padded.length === 0) return arange(past, past + length)
  const values = BigInt64Array.from({ length: padded.length * length }, (_, k) => {
    const place = past + (k % length)
    const before = padded[Math.floor(k / length)]!.reduce(
      (sum, [from, to]) => sum + Math.max(0, Math.min(place, to) - from),
      0,
    )
    return BigInt(place - before)
  })
  return fromTypedArray(values, [padded.length, length])
}
