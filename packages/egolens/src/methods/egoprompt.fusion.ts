import type { Generator, Tensor } from '@egolens/torch'
import { arange, cat, full, nn, tensor } from '@egolens/torch'
import { Mlp } from './blocks.js'
import type { EgoPromptOptions } from './egoprompt.options.js'
import type { Decomposition } from './egoprompt.pool.js'

/**
 * Implicit Pattern Interaction Learning, named in a summary of the paper and reconstructed here: patterns of both
 * components meet by attention, and each component takes from them what is added to it. The strengths gamma_c begin at 0
 * by default, so that the second stage begins where the first ended.
 */
export class PatternFusion extends nn.Module {
  /** Of component representations and patterns as they are attended to. */
  readonly norm: nn.LayerNorm
  readonly queryNorm?: nn.LayerNorm
  readonly attn?: nn.MultiheadAttention
  readonly ffnNorm?: nn.LayerNorm
  readonly ffn?: Mlp
  /** Strength of what is added to the video vector, [C]. */
  readonly gamma?: Tensor
  /** The same for the class vectors. */
  readonly gammaText?: Tensor

  constructor(
    private readonly options: EgoPromptOptions,
    components: number,
    width: number,
    generator: Generator,
  ) {
    super()
    const { interaction, attention, fusionHeads, ffn, inject, gammaInit } = options
    this.norm = new nn.LayerNorm(width)
    if (interaction) {
      if (attention === 'cross') this.queryNorm = new nn.LayerNorm(width)
      this.attn = new nn.MultiheadAttention(width, fusionHeads, { batchFirst: true, generator })
    }
    if (ffn) {
      this.ffnNorm = new nn.LayerNorm(width)
      this.ffn = new Mlp(width, 4 * width, generator)
    }
    if (inject !== 'text') this.gamma = this.parameter('gamma', full([components], gammaInit))
    if (inject !== 'video') this.gammaText = this.parameter('gammaText', full([components], gammaInit))
  }

  /**
   * @param own r_c, [C, B, d]
   * @param prompts [C, M, P, d], absent without a pool
   * @returns what each component takes, [C, B, d], before its strength
   */
  forward(own: Tensor, prompts?: Tensor, decomposition?: Decomposition): Tensor {
    const patterns = prompts && decomposition && this.patterns(prompts, decomposition)
    const fused = this.attn ? this.attend(this.attn, own, patterns) : patterns!.sum(2).div(prompts!.shape[2]!)
    return this.ffn ? fused.add(this.ffn.forward(this.ffnNorm!.forward(fused))) : fused
  }

  /**
   * Z_c: the chosen prompts, normalised and weighted, [C, B, N P, d]. A layer norm takes a token's length away, so
   * weights before it would reach neither the attention nor, backwards, the keys; `before_norm` does that nevertheless.
   */
  private patterns(prompts: Tensor, { chosen, weights }: Decomposition): Tensor {
    const by = weights.unsqueeze(-1).unsqueeze(-1)
    const tokens =
      this.options.weigh === 'after_norm'
        ? pick(this.norm.forward(prompts), chosen).mul(by)
        : this.norm.forward(pick(prompts, chosen).mul(by))
    return tokens.flatten(2, 3)
  }

  private attend(attn: nn.MultiheadAttention, own: Tensor, patterns: Tensor | undefined): Tensor {
    const components = own.shape[0]!
    const normed = this.norm.forward(own).unsqueeze(2)
    const each = patterns ? cat([normed, patterns], 2) : normed // [C, B, 1 + S, d]
    const tokens = each.transpose(0, 1).flatten(1, 2)
    const perComponent = each.shape[2]!
    if (this.queryNorm) {
      const queries = this.queryNorm.forward(own).transpose(0, 1) // [B, C, d]
      return attn.forward(queries, tokens, tokens, this.masks(own, 1, perComponent)).transpose(0, 1)
    }
    const seen = attn.forward(tokens, tokens, tokens, this.masks(own, perComponent, perComponent))
    return seen.unflatten(1, [components, perComponent]).mean(2).transpose(0, 1)
  }

  /** True where a component would attend to tokens of its own, if it is to attend to the other's alone. */
  private masks({ shape, device }: Tensor, queries: number, keys: number): { attnMask?: Tensor } {
    if (this.options.attendTo === 'both') return {}
    const components = shape[0]!
    const rows = Array.from({ length: components * queries }, (_, q) =>
      Array.from({ length: components * keys }, (_, k) => Math.floor(q / queries) === Math.floor(k / keys)),
    )
    return { attnMask: tensor(rows, { dtype: 'bool', device }) }
  }
}

/** Rows [C, M, P, d] by index [C, B, N] -> [C, B, N, P, d], each component from its own. */
function pick(rows: Tensor, chosen: Tensor): Tensor {
  const [components, size, ...shape] = rows.shape as [number, number, number, number]
  const starts = arange(0, components, 1, { dtype: 'int64', device: chosen.device }).mul(size).view([components, 1, 1])
  const picked = rows.flatten(0, 1).indexSelect(0, chosen.add(starts).flatten())
  return picked.view([...chosen.shape, ...shape])
}
