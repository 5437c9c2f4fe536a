import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Generator, ones, randn, safetensors, scope, type Tensor, zeros } from '@egolens/torch'

export interface TowerSize {
  width: number
  layers: number
  heads: number
  image: number
  patch: number
  joint: number
}

export const vitB16: TowerSize = { width: 768, layers: 12, heads: 12, image: 224, patch: 16, joint: 512 }
export const tiny: TowerSize = { width: 64, layers: 2, heads: 2, image: 32, patch: 16, joint: 32 }

/** Weights of one transformer layer in Hugging Face's names. */
function layer(prefix: string, width: number): [string, number[]][] {
  const affine = (name: string, shape: number[]): [string, number[]][] => [
    [`${prefix}.${name}.weight`, shape],
    [`${prefix}.${name}.bias`, [shape[0]!]],
  ]
  return [
    ...affine('layer_norm1', [width]),
    ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) => affine(`self_attn.${name}`, [width, width])),
    ...affine('layer_norm2', [width]),
    ...affine('mlp.fc1', [4 * width, width]),
    ...affine('mlp.fc2', [width, 4 * width]),
  ]
}

export interface TextSize {
  width: number
  layers: number
  heads: number
  vocabulary: number
  context: number
}

export const smallText: TextSize = { width: 64, layers: 1, heads: 2, vocabulary: 2048, context: 77 }
/** The text tower of ViT-B/16 and ViT-B/32. */
export const textB: TextSize = { width: 512, layers: 12, heads: 8, vocabulary: 49408, context: 77 }

function shapes({ width, layers, image, patch, joint }: TowerSize, text: TextSize): [string, number[]][] {
  const norm = (name: string, size: number): [string, number[]][] => [
    [`${name}.weight`, [size]],
    [`${name}.bias`, [size]],
  ]
  const stack = (prefix: string, count: number, size: number) =>
    Array.from({ length: count }, (_, i) => layer(`${prefix}.encoder.layers.${i}`, size)).flat()
  return [
    ['logit_scale', []],
    ['vision_model.embeddings.class_embedding', [width]],
    ['vision_model.embeddings.patch_embedding.weight', [width, 3, patch, patch]],
    ['vision_model.embeddings.position_embedding.weight', [(image / patch) ** 2 + 1, width]],
    ...norm('vision_model.pre_layrnorm', width),
    ...stack('vision_model', layers, width),
    ...norm('vision_model.post_layernorm', width),
    ['visual_projection.weight', [joint, width]],
    ['text_model.embeddings.token_embedding.weight', [text.vocabulary, text.width]],
    ['text_model.embeddings.position_embedding.weight', [text.context, text.width]],
    ...stack('text_model', text.layers, text.width),
    ...norm('text_model.final_layer_norm', text.width),
    ['text_projection.weight', [joint, text.width]],
  ]
}

/**
 * Writes a CLIP with towers of these sizes, seeded random weights of the spread that
 * CLIP's own initialisation has, in float32: speed does not ask what the weights are.
 */
export async function writeRandomClip(
  dir: string,
  size: TowerSize,
  text: TextSize = smallText,
): Promise<Map<string, number[]>> {
  await mkdir(dir, { recursive: true })
  const generator = new Generator(16)
  const all = shapes(size, text)
  scope(() => {
    const weights = Object.fromEntries(all.map(([name, shape]) => [name, initial(name, shape, generator)]))
    safetensors.save(join(dir, 'model.safetensors'), weights)
  })
  const tower = (width: number, layers: number, heads: number) => ({
    hidden_size: width,
    intermediate_size: 4 * width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    hidden_act: 'quick_gelu',
  })
  const config = {
    model_type: 'clip',
    projection_dim: size.joint,
    vision_config: { ...tower(size.width, size.layers, size.heads), image_size: size.image, patch_size: size.patch },
    text_config: {
      ...tower(text.width, text.layers, text.heads),
      vocab_size: text.vocabulary,
      max_position_embeddings: text.context,
    },
  }
  await writeFile(join(dir, 'config.json'), JSON.stringify(config))
  const assets = join(dirname(createRequire(import.meta.url).resolve('egolens/package.json')), 'assets', 'small-clip')
  await copyFile(join(assets, 'tokenizer.json'), join(dir, 'tokenizer.json'))
  return new Map(all)
}

function initial(name: string, shape: number[], generator: Generator): Tensor {
  if (/norm|layrnorm/.test(name)) return name.endsWith('.weight') ? ones(shape) : zeros(shape)
  if (name.endsWith('.bias')) return randn(shape, { generator }).mul(0.02)
  if (name === 'logit_scale') return ones(shape).mul(Math.log(100))
  const fanIn = shape.length > 1 ? shape.slice(1).reduce((a, b) => a * b, 1) : shape[0]!
  return randn(shape, { generator }).mul(name.includes('embedding.weight') ? 0.02 : fanIn ** -0.5)
}
