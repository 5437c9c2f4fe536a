import type { ClipConfig, TowerConfig } from './config.js'

/** Every tensor that a CLIP of this size has, by its Hugging Face name, with its shape. */
export function expectedTensors(config: ClipConfig): Map<string, number[]> {
  const { vision, text } = config
  const patches = (vision.image / vision.patch) ** 2
  return new Map<string, number[]>([
    ['logit_scale', []],
    ['vision_model.embeddings.class_embedding', [vision.width]],
    ['vision_model.embeddings.patch_embedding.weight', [vision.width, 3, vision.patch, vision.patch]],
    ['vision_model.embeddings.position_embedding.weight', [patches + 1, vision.width]],
    ...affine('vision_model.pre_layrnorm', [vision.width]),
    ...layers('vision_model.encoder.layers', vision),
    ...affine('vision_model.post_layernorm', [vision.width]),
    ['visual_projection.weight', [config.width, vision.width]],
    ['text_model.embeddings.token_embedding.weight', [text.vocabulary, text.width]],
    ['text_model.embeddings.position_embedding.weight', [text.context, text.width]],
    ...layers('text_model.encoder.layers', text),
    ...affine('text_model.final_layer_norm', [text.width]),
    ['text_projection.weight', [config.width, text.width]],
  ])
}

/** Buffers that some writers store and no forward pass needs. */
export function isIgnored(name: string): boolean {
  return name.endsWith('.position_ids') || ['input_resolution', 'context_length', 'vocab_size'].includes(name)
}

function layers(prefix: string, { width, hidden, layers: depth }: TowerConfig): [string, number[]][] {
  return Array.from({ length: depth }, (_, i) => [
    ...affine(`${prefix}.${i}.layer_norm1`, [width]),
    ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) =>
      affine(`${prefix}.${i}.self_attn.${name}`, [width, width]),
    ),
    ...affine(`${prefix}.${i}.layer_norm2`, [width]),
    ...affine(`${prefix}.${i}.mlp.fc1`, [hidden, width]),
    ...affine(`${prefix}.${i}.mlp.fc2`, [width, hidden]),
  ]).flat()
}

function affine(name: string, shape: number[]): [string, number[]][] {
  return [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ]
}
