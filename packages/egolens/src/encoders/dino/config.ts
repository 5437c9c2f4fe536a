import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

/** Everything that the forward pass of DINO and DINOv2 depends on besides weights. */
export interface DinoConfig {
  width: number
  layers: number
  heads: number
  /** Width inside the MLP; of each half where that is gated. */
  hidden: number
  eps: number
  patch: number
  /** Side in pixels of the images whose positions the weights hold. */
  image: number
  /** Tokens that belong to no patch. */
  registers: number
  /** Factors a channel on what attention and MLP add: DINOv2 has them, DINO has not. */
  layerScale: boolean
  /** A gated MLP, as the giant DINOv2 has; erf GELU otherwise. */
  swiglu: boolean
}

const count = z.int().positive()
const common = {
  hidden_size: count.default(768),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  hidden_act: z.literal('gelu').default('gelu'),
  image_size: count.default(224),
  patch_size: count.default(16),
  num_channels: z.literal(3).default(3),
  qkv_bias: z.literal(true).default(true),
}
const vit = z.looseObject({
  ...common,
  model_type: z.literal('vit'),
  intermediate_size: count.default(3072),
  layer_norm_eps: z.number().positive().default(1e-12),
})
const dinov2 = z.looseObject({
  ...common,
  model_type: z.enum(['dinov2', 'dinov2_with_registers']),
  mlp_ratio: z.number().positive().default(4),
  use_swiglu_ffn: z.boolean().default(false),
  num_register_tokens: z.int().nonnegative().default(4),
  layer_norm_eps: z.number().positive().default(1e-6),
})
const schema = z.discriminatedUnion('model_type', [vit, dinov2])

/**
 * Reads a config.json in the layout of Hugging Face's ViTConfig, Dinov2Config or Dinov2WithRegistersConfig.
 *
 * @param where the file, for errors
 * @throws EgoLensError `dino/bad-config` naming the key
 */
export function parseDinoConfig(json: unknown, where?: string): DinoConfig {
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('dino/bad-config', `${issue.path.join('.') || 'the file'}: ${issue.message}`, { where })
  }
  const file = parsed.data
  const config: DinoConfig = {
    width: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    hidden: file.model_type === 'vit' ? file.intermediate_size : hiddenWidth(file),
    eps: file.layer_norm_eps,
    patch: file.patch_size,
    image: file.image_size,
    registers: file.model_type === 'dinov2_with_registers' ? file.num_register_tokens : 0,
    layerScale: file.model_type !== 'vit',
    swiglu: file.model_type !== 'vit' && file.use_swiglu_ffn,
  }
  return checked(config, where)
}

/** @throws EgoLensError `dino/bad-config` where the sizes do not go together */
export function checked(config: DinoConfig, where?: string): DinoConfig {
  const { width, heads, image, patch } = config
  if (width % heads !== 0) {
    throw new EgoLensError('dino/bad-config', `${heads} heads do not divide a width of ${width}`, { where })
  }
  if (image % patch !== 0) {
    throw new EgoLensError('dino/bad-config', `patches of ${patch} do not divide an image of ${image}`, { where })
  }
  return config
}

/** Two thirds in each half of a gated MLP, up to a multiple of 8, keep its number of parameters. */
function hiddenWidth(file: z.output<typeof dinov2>): number {
  const plain = Math.trunc(file.hidden_size * file.mlp_ratio)
  return file.use_swiglu_ffn ? 8 * Math.ceil(Math.trunc((plain * 2) / 3) / 8) : plain
}
