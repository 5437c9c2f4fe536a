import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

export type Activation = 'quick_gelu' | 'gelu'

/** The size of one transformer. */
export interface TowerConfig {
  width: number
  layers: number
  heads: number
  /** Width inside the MLP. */
  hidden: number
  activation: Activation
  eps: number
}

/** Everything that CLIP's forward pass depends on besides its weights. */
export interface ClipConfig {
  vision: TowerConfig & {
    /** Side of the square image in pixels. */
    image: number
    patch: number
  }
  text: TowerConfig & {
    vocabulary: number
    /** Most tokens in a text. */
    context: number
  }
  /** Width of the joint space. */
  width: number
}

const activation = z.enum(['quick_gelu', 'gelu'])
const count = z.int().positive()

// Values that a config.json leaves out are those of ViT-B/32, CLIP's first published size.
const tower = (width: number, heads: number) => ({
  hidden_size: count.default(width),
  intermediate_size: count.default(4 * width),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(heads),
  hidden_act: activation.default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
})
const vision = z.looseObject({ ...tower(768, 12), image_size: count.default(224), patch_size: count.default(32) })
const text = z.looseObject({
  ...tower(512, 8),
  vocab_size: count.default(49408),
  max_position_embeddings: count.default(77),
})
const nested = z.record(z.string(), z.unknown()).nullish()
const whole = z.looseObject({
  model_type: z.literal('clip').optional(),
  projection_dim: count.default(512),
  vision_config: nested,
  text_config: nested,
  // Older files say the same twice; these win.
  vision_config_dict: nested,
  text_config_dict: nested,
})

/**
 * Reads a config.json in the layout of Hugging Face's CLIPConfig.
 *
 * @param where the file, for errors
 * @throws EgoLensError `clip/bad-config` naming the key
 */
export function parseConfig(json: unknown, where?: string): ClipConfig {
  const outer = check(whole, json, where)
  const v = check(vision, { ...outer.vision_config, ...outer.vision_config_dict }, where, 'vision_config')
  const t = check(text, { ...outer.text_config, ...outer.text_config_dict }, where, 'text_config')
  const config: ClipConfig = {
    vision: { ...size(v), image: v.image_size, patch: v.patch_size },
    text: { ...size(t), vocabulary: t.vocab_size, context: t.max_position_embeddings },
    width: outer.projection_dim,
  }
  for (const [name, of] of Object.entries({ vision_config: config.vision, text_config: config.text })) {
    if (of.width % of.heads !== 0) {
      throw new EgoLensError('clip/bad-config', `${name}: ${of.heads} heads do not divide a width of ${of.width}`, {
        where,
      })
    }
  }
  if (config.vision.image % config.vision.patch !== 0) {
    const { image, patch } = config.vision
    throw new EgoLensError('clip/bad-config', `patches of ${patch} do not divide an image of ${image}`, { where })
  }
  return config
}

/** The config.json that `parseConfig` reads back. */
export function formatConfig(config: ClipConfig): Record<string, unknown> {
  const keys = (of: TowerConfig) => ({
    hidden_size: of.width,
    intermediate_size: of.hidden,
    num_hidden_layers: of.layers,
    num_attention_heads: of.heads,
    hidden_act: of.activation,
    layer_norm_eps: of.eps,
    projection_dim: config.width,
  })
  return {
    model_type: 'clip',
    architectures: ['CLIPModel'],
    projection_dim: config.width,
    vision_config: { ...keys(config.vision), image_size: config.vision.image, patch_size: config.vision.patch },
    text_config: {
      ...keys(config.text),
      vocab_size: config.text.vocabulary,
      max_position_embeddings: config.text.context,
    },
  }
}

function size(of: z.infer<typeof vision> | z.infer<typeof text>): TowerConfig {
  return {
    width: of.hidden_size,
    layers: of.num_hidden_layers,
    heads: of.num_attention_heads,
    hidden: of.intermediate_size,
    activation: of.hidden_act,
    eps: of.layer_norm_eps,
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, where?: string, under?: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const key = [under, ...issue.path].filter((part) => part !== undefined).join('.')
  throw new EgoLensError('clip/bad-config', `${key || 'the file'}: ${issue.message}`, {
    where,
    cure: 'this loader reads CLIP models: a config.json with model_type "clip"',
  })
}
