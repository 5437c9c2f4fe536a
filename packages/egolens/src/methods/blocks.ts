import type { Generator, Tensor } from '@egolens/torch'
import { nn, scope } from '@egolens/torch'

/** How an adapter's transformer block is built. */
export interface BlockOptions {
  /** Attention heads; the width must be a multiple of it. */
  heads: number
  /** Hidden width of the MLP over the width: 0.25 is X-MIC's bottleneck, 4 is CLIP's own. */
  mlpRatio: number
  generator: Generator
}

/**
 * The transformer block of CLIP, pre-norm: x + MHA(LN(x)), then x + MLP(LN(x)) with QuickGELU.
 * Shapes: [B, L, d] -> [B, L, d]. Parameter names are CLIP's.
 */
export class TransformerBlock extends nn.Module {
  readonly ln_1: nn.LayerNorm
  readonly attn: nn.MultiheadAttention
  readonly ln_2: nn.LayerNorm
  readonly mlp: Mlp

  constructor(width: number, { heads, mlpRatio, generator }: BlockOptions) {
    super()
    this.ln_1 = new nn.LayerNorm(width)
    this.attn = new nn.MultiheadAttention(width, heads, { batchFirst: true, generator })
    this.ln_2 = new nn.LayerNorm(width)
    this.mlp = new Mlp(width, Math.max(1, Math.round(width * mlpRatio)), generator)
  }

  /** What it makes inside is freed as soon as autograd allows. */
  forward(x: Tensor): Tensor {
    return scope(() => {
      const attended = scope(() => x.add(this.attn.forward(this.ln_1.forward(x))))
      return attended.add(this.mlp.forward(this.ln_2.forward(attended)))
    })
  }
}

/** [..., d] -> [..., d] through a hidden layer with QuickGELU. */
export class Mlp extends nn.Module {
  readonly c_fc: nn.Linear
  readonly c_proj: nn.Linear
  private readonly activation = new nn.QuickGELU()

  constructor(width: number, hidden: number, generator: Generator) {
    super()
    this.c_fc = new nn.Linear(width, hidden, { generator })
    this.c_proj = new nn.Linear(hidden, width, { generator })
  }

  forward(x: Tensor): Tensor {
    return this.c_proj.forward(this.activation.forward(this.c_fc.forward(x)))
  }
}

/** Blocks one after the other; none leaves x as it is. */
export function runBlocks(blocks: TransformerBlock[], x: Tensor): Tensor {
  return blocks.reduce((tokens, block) => {
    const next = block.forward(tokens)
    if (tokens !== x) tokens.dispose()
    return next
  }, x)
}
