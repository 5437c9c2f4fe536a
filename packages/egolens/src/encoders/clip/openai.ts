import type { Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { depthOf, tellingShape, type WeightSource } from '../source.js'
import type { ClipConfig } from './config.js'

const outside: Readonly<Record<string, string>> = {
  'visual.conv1.weight': 'vision_model.embeddings.patch_embedding.weight',
  'visual.class_embedding': 'vision_model.embeddings.class_embedding',
  'visual.positional_embedding': 'vision_model.embeddings.position_embedding.weight',
  'visual.ln_pre.weight': 'vision_model.pre_layrnorm.weight',
  'visual.ln_pre.bias': 'vision_model.pre_layrnorm.bias',
  'visual.ln_post.weight': 'vision_model.post_layernorm.weight',
  'visual.ln_post.bias': 'vision_model.post_layernorm.bias',
  'token_embedding.weight': 'text_model.embeddings.token_embedding.weight',
  positional_embedding: 'text_model.embeddings.position_embedding.weight',
  'ln_final.weight': 'text_model.final_layer_norm.weight',
  'ln_final.bias': 'text_model.final_layer_norm.bias',
  logit_scale: 'logit_scale',
}
const transposed: Readonly<Record<string, string>> = {
  'visual.proj': 'visual_projection.weight',
  text_projection: 'text_projection.weight',
}
const inLayer: Readonly<Record<string, string>> = {
  'attn.out_proj': 'self_attn.out_proj',
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
}
const layerName = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+)$/

interface Part {
  from: string
  shape: readonly number[]
  read(): Tensor
}

/** True where the names are those of OpenAI's published checkpoints. */
export function isOpenAi(names: readonly string[]): boolean {
  return names.includes('visual.conv1.weight')
}

/** Shows a checkpoint in OpenAI's layout under Hugging Face's names; unknown names stay as they are. */
export function openAiSource(source: WeightSource): WeightSource {
  const parts = new Map<string, Part>(source.names.flatMap((name) => translate(source, name)))
  return {
    names: [...parts.keys()],
    shape: (name) => parts.get(name)!.shape,
    tensor: (name) => parts.get(name)!.read(),
    close: () => source.close(),
  }
}

function translate(source: WeightSource, name: string): [string, Part][] {
  const shape = source.shape(name)
  const whole: Part = { from: name, shape, read: () => source.tensor(name) }
  if (name in outside) return [[outside[name]!, whole]]
  if (name in transposed) {
    return [[transposed[name]!, { from: name, shape: [...shape].reverse(), read: () => source.tensor(name).t() }]]
  }
  const match = layerName.exec(name)
  if (!match) return [[name, whole]]
  const prefix = `${match[1] ? 'vision' : 'text'}_model.encoder.layers.${match[2]}`
  const rest = match[3]!
  if (rest === 'attn.in_proj_weight' || rest === 'attn.in_proj_bias') {
    const kind = rest.endsWith('weight') ? 'weight' : 'bias'
    return thirds(source, name).map((part, i) => [`${prefix}.self_attn.${'qkv'[i]}_proj.${kind}`, part])
  }
  const dot = rest.lastIndexOf('.')
  const inside = inLayer[rest.slice(0, dot)]
  return [[inside === undefined ? name : `${prefix}.${inside}${rest.slice(dot)}`, whole]]
}

function thirds(source: WeightSource, name: string): Part[] {
  const [rows = 0, ...others] = source.shape(name)
  const third = rows / 3
  return [0, 1, 2].map((i) => ({
    from: name,
    shape: [third, ...others],
    read: () => source.tensor(name).narrow(0, i * third, third),
  }))
}

/**
 * The size of a checkpoint in OpenAI's layout, which its shapes tell: heads are 64 wide, MLPs four times the width.
 *
 * @throws EgoLensError `clip/unsupported` for the ResNet models, `weights/mismatch` where a shape that tells is missing
 */
export function configFromOpenAi(source: WeightSource, where: string): ClipConfig {
  const shape = (name: string) => tellingShape(source, name, where)
  if (source.names.some((name) => name.startsWith('visual.layer1.'))) {
    throw new EgoLensError('clip/unsupported', 'this is a CLIP with a ResNet image tower', {
      where,
      cure: 'use a ViT, such as openai/clip-vit-base-patch16',
    })
  }
  const [width, , patch] = shape('visual.conv1.weight') as [number, number, number]
  const [positions] = shape('visual.positional_embedding') as [number]
  const [vocabulary, textWidth] = shape('token_embedding.weight') as [number, number]
  const tower = (of: number, prefix: string) => ({
    width: of,
    layers: depthOf(source.names, prefix),
    heads: Math.max(1, Math.floor(of / 64)),
    hidden: 4 * of,
    activation: 'quick_gelu' as const,
    eps: 1e-5,
  })
  return {
    vision: {
      ...tower(width, 'visual.transformer.resblocks.'),
      patch,
      image: Math.round(Math.sqrt(positions - 1)) * patch,
    },
    text: { ...tower(textWidth, 'transformer.resblocks.'), vocabulary, context: shape('positional_embedding')[0]! },
    width: shape('text_projection')[1]!,
  }
}
