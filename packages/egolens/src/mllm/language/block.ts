import { nn, scope, type Tensor } from '@egolens/torch'
import { type Pass, SelfAttention } from './attention.js'
import type { LanguageConfig } from './config.js'
import { Linear } from './product.js'
import type { Projection } from './projection.js'

/** down(silu(gate x) * up x) (Shazeer 2020). */
export class SwiGlu extends nn.Module {
  gate_proj: Projection
  up_proj: Projection
  down_proj: Projection

  constructor({ width, hidden }: LanguageConfig, options: nn.LayerOptions = {}) {
    super()
    this.gate_proj = new Linear(width, hidden, { ...options, bias: false })
    this.up_proj = new Linear(width, hidden, { ...options, bias: false })
    this.down_proj = new Linear(hidden, width, { ...options, bias: false })
  }

  forward(x: Tensor): Tensor {
    return this.down_proj.forward(this.gate_proj.forward(x).silu().mul(this.up_proj.forward(x)))
  }
}

/** One layer of a decoder: x + attention(norm(x)), then x + mlp(norm(x)). */
export class DecoderLayer extends nn.Module {
  readonly self_attn: SelfAttention
  readonly mlp: SwiGlu
  readonly input_layernorm: nn.RMSNorm
  readonly post_attention_layernorm: nn.RMSNorm

  constructor(config: LanguageConfig, layer: number, options: nn.LayerOptions = {}) {
    super()
    this.self_attn = new SelfAttention(config, layer, options)
    this.mlp = new SwiGlu(config, options)
    const norm = () => new nn.RMSNorm(config.width, { ...options, eps: config.eps })
    this.input_layernorm = norm()
    this.post_attention_layernorm = norm()
  }

  /** x [B, L, W] -> [B, L, W] */
  forward(x: Tensor, pass: Pass): Tensor {
    // What attention made is freed before the MLP, which needs more.
    const seen = scope(() => x.add(this.self_attn.forward(this.input_layernorm.forward(x), pass)))
    return seen.add(this.mlp.forward(this.post_attention_layernorm.forward(seen)))
  }
}

/** A layer within a pass: a layer of one tensor, as activation checkpointing wants it. */
export class LayerInPass extends nn.Module implements nn.Layer {
  constructor(
    readonly inner: DecoderLayer,
    private readonly pass: Pass,
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    return this.inner.forward(x, this.pass)
  }
}
