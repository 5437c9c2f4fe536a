import { describe, expect, it } from 'vitest'
import { formatLanguageConfig, parseLanguageConfig } from './config.js'
import { tinyLanguages } from './language.testing.js'

// What the published config.json of Mistral-7B-Instruct-v0.2 says, less what the loader passes over.
const mistral = {
  ...{ model_type: 'mistral', architectures: ['MistralForCausalLM'], hidden_act: 'silu', torch_dtype: 'bfloat16' },
  ...{ hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32 },
  ...{ num_key_value_heads: 8, rms_norm_eps: 1e-5, rope_theta: 1e6, sliding_window: null, vocab_size: 32000 },
  ...{ max_position_embeddings: 32768, tie_word_embeddings: false },
}
const sizes = {
  ...{ vocab_size: 10, hidden_size: 64, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 32 },
}

describe('config.json', () => {
  it('of Mistral-7B-Instruct-v0.2', () => {
    expect(parseLanguageConfig(mistral)).toEqual({
      ...{ family: 'mistral', vocabulary: 32000, width: 4096, layers: 32, hidden: 14336, heads: 32, keyValueHeads: 8 },
      ...{ headWidth: 128, eps: 1e-5, ropeTheta: 1e6, window: null, windowFrom: 0, context: 32768 },
      ...{ tiedHead: false, bias: false },
    })
  })

  it('leaves out what the families have by themselves', () => {
    expect(parseLanguageConfig({ ...sizes, model_type: 'mistral' })).toMatchObject({
      ...{ keyValueHeads: 8, headWidth: 2, eps: 1e-6, ropeTheta: 10_000, window: 4096, context: 131_072, bias: false },
    })
    expect(parseLanguageConfig({ ...sizes, model_type: 'qwen2' })).toMatchObject({
      ...{ keyValueHeads: 32, eps: 1e-6, ropeTheta: 10_000, window: null, context: 32_768, bias: true },
    })
  })

  it("of Qwen2 has the window only where it is used, from a layer on; newer files' rotary settings; heads of any width", () => {
    const windowed = {
      ...sizes,
      model_type: 'qwen2',
      use_sliding_window: true,
      sliding_window: 100,
      max_window_layers: 7,
    }
    expect(parseLanguageConfig(windowed)).toMatchObject({ window: 100, windowFrom: 7 })
    const newer = { ...mistral, head_dim: 64, rope_parameters: { rope_theta: 5, rope_type: 'default' } }
    expect(parseLanguageConfig(newer)).toMatchObject({ headWidth: 64, ropeTheta: 5 })
  })

  it('of VideoLLaMA2 is that of its language model', () => {
    const video = { ...mistral, model_type: 'videollama2_mistral', mm_hidden_size: 1024, num_key_value_heads: null }
    expect(parseLanguageConfig(video)).toMatchObject({ family: 'mistral', keyValueHeads: 32 })
  })

  it.each(Object.entries(tinyLanguages))('is written as it is read: %s', (_, config) => {
    expect(parseLanguageConfig(formatLanguageConfig(config))).toEqual(config)
  })

  it.each([
    [{ ...mistral, model_type: 'llama' }, 'language/bad-config', 'model_type'],
    [{ ...mistral, hidden_size: undefined }, 'language/bad-config', 'hidden_size'],
    [{ ...mistral, hidden_act: 'gelu' }, 'language/bad-config', 'hidden_act'],
    [{ ...mistral, num_key_value_heads: 5 }, 'language/bad-config', 'num_key_value_heads: 5 do not divide 32 heads'],
    [{ ...mistral, hidden_size: 100 }, 'language/bad-config', '32 heads do not divide a width of 100'],
    [{ ...mistral, head_dim: 3 }, 'language/bad-config', '3 is odd'],
    [{ ...mistral, rope_scaling: { type: 'linear', factor: 2 } }, 'language/unsupported', '"linear"'],
    [null, 'language/bad-config', 'the file'],
  ])('is refused where it is of another model (%#)', (json, code, what) => {
    const message = expect.stringContaining(what)
    expect(() => parseLanguageConfig(json, 'dir/config.json')).toThrow(
      expect.objectContaining({ code, message, where: 'dir/config.json' }),
    )
  })
})
