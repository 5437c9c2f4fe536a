import { cat, type DType, noGrad, scope, type Tensor } from '@egolens/torch'
import type { WeightSource } from '../source.js'
import type { Affine, BlockWeights } from './block.js'
import type { ClipConfig, TowerConfig } from './config.js'
import type { Folding } from './layers.js'

export interface VisionWeights {
  /** [W, 3, patch, patch] */
  patch: Tensor
  /** [W] */
  classToken: Tensor
  /** [1 + patches, W] */
  positions: Tensor
  preNorm: Affine
  blocks: BlockWeights[]
  postNorm: Affine
  /** [joint width, W] */
  projection: Tensor
}

export interface TextWeights {
  /** [vocabulary, W] */
  tokens: Tensor
  /** [context, W] */
  positions: Tensor
  blocks: BlockWeights[]
  finalNorm: Affine
  /** [joint width, W] */
  projection: Tensor
}

export interface ClipWeights {
  vision: VisionWeights
  text: TextWeights
  /** [], a logarithm */
  logitScale: Tensor
}

export interface BindOptions {
  /** What is folded into frozen weights; the results are the same. */
  folding: Folding
  /** Type of the image tower; the text tower stays in float32. */
  vision?: DType
}

/** Reads a source (Hugging Face's names) into the forward pass's own structure. The tensors live until disposed. */
export function bindWeights(source: WeightSource, config: ClipConfig, options: BindOptions): ClipWeights {
  return noGrad(() =>
    scope(() => {
      const read = (dtype: DType) => (name: string) => source.tensor(name).to(dtype)
      const vision = read(options.vision ?? 'float32')
      const bound: ClipWeights = {
        vision: {
          patch: vision('vision_model.embeddings.patch_embedding.weight'),
          classToken: vision('vision_model.embeddings.class_embedding'),
          positions: vision('vision_model.embeddings.position_embedding.weight'),
          preNorm: affine(vision, 'vision_model.pre_layrnorm'),
          blocks: blocks(read('float32'), 'vision_model.encoder.layers', config.vision, options),
          postNorm: affine(vision, 'vision_model.post_layernorm'),
          projection: vision('visual_projection.weight'),
        },
        text: readText(source, config, options.folding),
        logitScale: read('float32')('logit_scale'),
      }
      for (const tensor of allTensors(bound)) tensor.keep()
      return bound
    }),
  )
}

/** The text tower of a source, in float32. Call it in a scope; its tensors are the caller's to keep. */
export function readText(source: WeightSource, config: Pick<ClipConfig, 'text'>, folding: Folding): TextWeights {
  const read = (name: string) => source.tensor(name).to('float32')
  return {
    tokens: read('text_model.embeddings.token_embedding.weight'),
    positions: read('text_model.embeddings.position_embedding.weight'),
    blocks: blocks(read, 'text_model.encoder.layers', config.text, { folding }),
    finalNorm: affine(read, 'text_model.final_layer_norm'),
    projection: read('text_projection.weight'),
  }
}

type Read = (name: string) => Tensor

function affine(read: Read, name: string): Affine {
  return { weight: read(`${name}.weight`), bias: read(`${name}.bias`) }
}

function blocks(read: Read, prefix: string, tower: TowerConfig, options: BindOptions): BlockWeights[] {
  const dtype = options.vision ?? 'float32'
  return Array.from({ length: tower.layers }, (_, i) =>
    scope(() => {
      const layer = `${prefix}.${i}`
      const [q, k, v] = ['q', 'k', 'v'].map((name) => affine(read, `${layer}.self_attn.${name}_proj`))
      const [fc1, fc2] = [affine(read, `${layer}.mlp.fc1`), affine(read, `${layer}.mlp.fc2`)]
      const queryScale = options.folding.attention ? (tower.width / tower.heads) ** -0.5 : 1
      const mlpScale = options.folding.activation && tower.activation === 'quick_gelu' ? 1.702 : 1
      const weights: BlockWeights = {
        norm1: affine(read, `${layer}.layer_norm1`),
        qkv: {
          weight: cat([times(q!.weight, queryScale), k!.weight, v!.weight]),
          bias: cat([times(q!.bias, queryScale), k!.bias, v!.bias]),
        },
        out: affine(read, `${layer}.self_attn.out_proj`),
        norm2: affine(read, `${layer}.layer_norm2`),
        fc1: { weight: times(fc1.weight, mlpScale), bias: times(fc1.bias, mlpScale) },
        fc2: { weight: times(fc2.weight, 1 / mlpScale), bias: fc2.bias },
      }
      return mapBlock(weights, (tensor) => tensor.to(dtype))
    }),
  )
}

function times(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : x.mul(factor)
}

/** A layer with each tensor mapped to another. */
export function mapBlock(block: BlockWeights, map: (tensor: Tensor) => Tensor): BlockWeights {
  const both = ({ weight, bias }: Affine) => ({ weight: map(weight), bias: map(bias) })
  const { norm1, qkv, out, norm2, fc1, fc2 } = block
  return { norm1: both(norm1), qkv: both(qkv), out: both(out), norm2: both(norm2), fc1: both(fc1), fc2: both(fc2) }
}

/** Every tensor of the structure, in a fixed order. */
export function allTensors({ vision, text, logitScale }: ClipWeights): Tensor[] {
  return [...visionTensors(vision), ...textTensors(text), logitScale]
}

/** Every tensor of the text tower. */
export function textTensors({ tokens, positions, blocks, finalNorm, projection }: TextWeights): Tensor[] {
  return [tokens, positions, ...blocks.flatMap(blockTensors), ...both(finalNorm), projection]
}

/** Every tensor of the image tower. */
export function visionTensors({ patch, classToken, positions, preNorm, ...rest }: VisionWeights): Tensor[] {
  const layers = rest.blocks.flatMap(blockTensors)
  return [patch, classToken, positions, ...both(preNorm), ...layers, ...both(rest.postNorm), rest.projection]
}

const both = ({ weight, bias }: Affine) => [weight, bias]

/** Every tensor of a layer. */
export const blockTensors = (b: BlockWeights): Tensor[] => [b.norm1, b.qkv, b.out, b.norm2, b.fc1, b.fc2].flatMap(both)

/** The tensors under Hugging Face's names. The weights must not be folded. */
export function stateDict({ vision, text, logitScale }: ClipWeights): Record<string, Tensor> {
  return {
    logit_scale: logitScale,
    'vision_model.embeddings.class_embedding': vision.classToken,
    'vision_model.embeddings.patch_embedding.weight': vision.patch,
    'vision_model.embeddings.position_embedding.weight': vision.positions,
    ...named('vision_model.pre_layrnorm', vision.preNorm),
    ...layerDict('vision_model.encoder.layers', vision.blocks),
    ...named('vision_model.post_layernorm', vision.postNorm),
    'visual_projection.weight': vision.projection,
    'text_model.embeddings.token_embedding.weight': text.tokens,
    'text_model.embeddings.position_embedding.weight': text.positions,
    ...layerDict('text_model.encoder.layers', text.blocks),
    ...named('text_model.final_layer_norm', text.finalNorm),
    'text_projection.weight': text.projection,
  }
}

function named(name: string, { weight, bias }: Affine): Record<string, Tensor> {
  return { [`${name}.weight`]: weight, [`${name}.bias`]: bias }
}

function layerDict(prefix: string, blocks: BlockWeights[]): Record<string, Tensor> {
  return Object.assign(
    {},
    ...blocks.map((block, i) => {
      const [weights, biases] = [block.qkv.weight.chunk(3), block.qkv.bias.chunk(3)]
      const attention = ['q', 'k', 'v'].map((name, j) =>
        named(`${prefix}.${i}.self_attn.${name}_proj`, { weight: weights[j]!, bias: biases[j]! }),
      )
      return Object.assign(
        {},
        ...attention,
        named(`${prefix}.${i}.self_attn.out_proj`, block.out),
        named(`${prefix}.${i}.layer_norm1`, block.norm1),
        named(`${prefix}.${i}.layer_norm2`, block.norm2),
        named(`${prefix}.${i}.mlp.fc1`, block.fc1),
        named(`${prefix}.${i}.mlp.fc2`, block.fc2),
      )
    }),
  )
}
