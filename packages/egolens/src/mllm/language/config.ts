import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

/** Everything that a decoder's forward pass depends on besides its weights. */
export interface LanguageConfig {
  family: 'mistral' | 'qwen2'
  vocabulary: number
  width: number
  layers: number
  /** Width inside the MLP. */
  hidden: number
  heads: number
  /** Heads that keys and values have; each serves heads / keyValueHeads heads of the queries. */
  keyValueHeads: number
  headWidth: number
  eps: number
  ropeTheta: number
  /** How many tokens a query sees, itself included; null for all before it. */
  window: number | null
  /** The first layer that has the window. */
  windowFrom: number
  /** Most tokens in a sequence. */
  context: number
  /** The head's matrix is that of the token embeddings. */
  tiedHead: boolean
  /** Queries, keys and values have biases. */
  bias: boolean
}

const count = z.int().positive()
const rope = z.looseObject({
  rope_theta: z.number().positive().optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
})

const shared = {
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  head_dim: count.nullish(),
  hidden_act: z.literal('silu').default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().default(10_000),
  rope_scaling: rope.nullish(),
  // Where newer files keep the two.
  rope_parameters: rope.nullish(),
  sliding_window: count.nullable().default(4096),
  tie_word_embeddings: z.boolean().default(false),
}

// What a file leaves out is what the family's published configuration class has.
const mistral = z.looseObject({
  ...shared,
  model_type: z.enum(['mistral', 'videollama2_mistral']),
  num_key_value_heads: count.nullable().default(8),
  max_position_embeddings: count.default(131_072),
})
const qwen2 = z.looseObject({
  ...shared,
  model_type: z.enum(['qwen2', 'videollama2_qwen2']),
  num_key_value_heads: count.nullable().default(32),
  max_position_embeddings: count.default(32_768),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.int().nonnegative().default(28),
})
const either = z.discriminatedUnion('model_type', [mistral, qwen2])

/**
 * Reads a config.json in the layout of Hugging Face's MistralConfig or Qwen2Config; VideoLLaMA2's, which are one of
 * these with keys of its own, too. Keys that say nothing of the decoder are passed over.
 *
 * @param where the file, for errors
 * @throws EgoLensError `language/bad-config` naming the key, `language/unsupported`
 * @example const config = parseLanguageConfig(await readJson('Mistral-7B/config.json'))
 */
export function parseLanguageConfig(json: unknown, where?: string): LanguageConfig {
  const parsed = either.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('language/bad-config', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
      where,
      cure: 'this loader reads language models with model_type "mistral" or "qwen2"',
    })
  }
  const file = parsed.data
  checkRope(file.rope_scaling ?? file.rope_parameters, where)
  const windowed = 'use_sliding_window' in file ? file.use_sliding_window === true : true
  const config: LanguageConfig = {
    family: file.model_type.endsWith('qwen2') ? 'qwen2' : 'mistral',
    vocabulary: file.vocab_size,
    width: file.hidden_size,
    layers: file.num_hidden_layers,
    hidden: file.intermediate_size,
    heads: file.num_attention_heads,
    keyValueHeads: file.num_key_value_heads ?? file.num_attention_heads,
    headWidth: file.head_dim ?? file.hidden_size / file.num_attention_heads,
    eps: file.rms_norm_eps,
    ropeTheta: file.rope_parameters?.rope_theta ?? file.rope_theta,
    window: windowed ? file.sliding_window : null,
    windowFrom: 'max_window_layers' in file ? Number(file.max_window_layers) : 0,
    context: file.max_position_embeddings,
    tiedHead: file.tie_word_embeddings,
    bias: file.model_type.endsWith('qwen2'),
  }
  checkSizes(config, where)
  return config
}

function checkRope(given: z.infer<typeof rope> | null | undefined, where?: string): void {
  const kind = given?.rope_type ?? given?.type ?? 'default'
  if (kind === 'default') return
  throw new EgoLensError('language/unsupported', `rotary positions of the kind "${kind}" are not implemented`, {
    where,
    cure: 'take a model without rope_scaling',
  })
}

/** @throws EgoLensError `language/bad-config` where heads and widths do not go together */
function checkSizes({ heads, keyValueHeads, headWidth, width }: LanguageConfig, where?: string): void {
  const wrong =
    heads % keyValueHeads !== 0
      ? `num_key_value_heads: ${keyValueHeads} do not divide ${heads} heads`
      : !Number.isInteger(headWidth)
        ? `num_attention_heads: ${heads} heads do not divide a width of ${width}`
        : headWidth % 2 !== 0
          ? `head_dim: rotary positions turn pairs, and ${headWidth} is odd`
          : undefined
  if (wrong) throw new EgoLensError('language/bad-config', wrong, { where })
}

/** The config.json that {@link parseLanguageConfig} reads back. */
export function formatLanguageConfig(config: LanguageConfig, dtype = 'float32'): Record<string, unknown> {
  const mistral = config.family === 'mistral'
  return {
    model_type: config.family,
    architectures: [mistral ? 'MistralForCausalLM' : 'Qwen2ForCausalLM'],
    torch_dtype: dtype,
    vocab_size: config.vocabulary,
    hidden_size: config.width,
    intermediate_size: config.hidden,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headWidth,
    hidden_act: 'silu',
    rms_norm_eps: config.eps,
    rope_theta: config.ropeTheta,
    sliding_window: config.window,
    ...(mistral ? {} : { use_sliding_window: config.window !== null, max_window_layers: config.windowFrom }),
    max_position_embeddings: config.context,
    tie_word_embeddings: config.tiedHead,
  }
}
