import { depthOf, tellingShape, type WeightSource } from '../source.js'
import { checked, type DinoConfig } from './config.js'

/** The names that a file gives to the tensors; those of linear layers and norms stand without `.weight` and `.bias`. */
export interface Layout {
  classToken: string
  positions: string
  registers: string
  patch: string
  norm: string
  /** What the numbers of the layers stand after. */
  layers: string
  norm1: string
  /** Query, key and value, as one matrix or as three. */
  qkv: readonly string[]
  out: string
  scale1: string
  norm2: string
  /** The MLP's layers, plain and gated. */
  mlp: readonly [string, string]
  gated: readonly [string, string]
  scale2: string
}

/** The published .pth files of DINO and DINOv2. */
const published: Layout = {
  classToken: 'cls_token',
  positions: 'pos_embed',
  registers: 'register_tokens',
  patch: 'patch_embed.proj',
  norm: 'norm',
  layers: 'blocks.',
  norm1: 'norm1',
  qkv: ['attn.qkv'],
  out: 'attn.proj',
  scale1: 'ls1.gamma',
  norm2: 'norm2',
  mlp: ['mlp.fc1', 'mlp.fc2'],
  gated: ['mlp.w12', 'mlp.w3'],
  scale2: 'ls2.gamma',
}

/** Hugging Face's Dinov2Model and Dinov2WithRegistersModel. */
const huggingDinov2: Layout = {
  classToken: 'embeddings.cls_token',
  positions: 'embeddings.position_embeddings',
  registers: 'embeddings.register_tokens',
  patch: 'embeddings.patch_embeddings.projection',
  norm: 'layernorm',
  layers: 'encoder.layer.',
  norm1: 'norm1',
  qkv: ['attention.attention.query', 'attention.attention.key', 'attention.attention.value'],
  out: 'attention.output.dense',
  scale1: 'layer_scale1.lambda1',
  norm2: 'norm2',
  mlp: ['mlp.fc1', 'mlp.fc2'],
  gated: ['mlp.weights_in', 'mlp.weights_out'],
  scale2: 'layer_scale2.lambda1',
}

/** Hugging Face's ViTModel, which DINO is kept as. */
const huggingVit: Layout = {
  ...huggingDinov2,
  norm1: 'layernorm_before',
  norm2: 'layernorm_after',
  mlp: ['intermediate.dense', 'output.dense'],
}

/** The layout that a file's names are in, or that files with such a config.json have. */
export function layoutOf(names: readonly string[], modelType?: string): Layout | undefined {
  if (names.includes('patch_embed.proj.weight')) return published
  if (names.includes('embeddings.patch_embeddings.projection.weight')) {
    return names.includes('encoder.layer.0.layernorm_before.weight') ? huggingVit : huggingDinov2
  }
  if (modelType === undefined) return undefined
  return modelType === 'vit' ? huggingVit : huggingDinov2
}

/** Every tensor that a model of this size has, with its shape. */
export function expectedTensors(config: DinoConfig, layout: Layout): Map<string, number[]> {
  const { width, patch, hidden } = config
  const [fc1, fc2] = config.swiglu ? layout.gated : layout.mlp
  const layer = (i: number): [string, number[]][] => {
    const name = (part: string) => `${layout.layers}${i}.${part}`
    const scales = config.layerScale ? [layout.scale1, layout.scale2] : []
    return [
      ...affine(name(layout.norm1), [width]),
      ...layout.qkv.flatMap((part) => affine(name(part), [(3 / layout.qkv.length) * width, width])),
      ...affine(name(layout.out), [width, width]),
      ...affine(name(layout.norm2), [width]),
      ...affine(name(fc1), [config.swiglu ? 2 * hidden : hidden, width]),
      ...affine(name(fc2), [width, hidden]),
      ...scales.map((scale): [string, number[]] => [name(scale), [width]]),
    ]
  }
  return new Map([
    [layout.classToken, [1, 1, width]],
    [layout.positions, [1, 1 + (config.image / patch) ** 2, width]],
    ...(config.registers > 0 ? ([[layout.registers, [1, config.registers, width]]] as [string, number[]][]) : []),
    ...affine(layout.patch, [width, 3, patch, patch]),
    ...Array.from({ length: config.layers }, (_, i) => layer(i)).flat(),
    ...affine(layout.norm, [width]),
  ])
}

/** What stands in files for training or for other heads, and no feature needs. */
export function isIgnored(name: string): boolean {
  return /(^|\.)mask_token$/.test(name) || /^(head|pooler)\./.test(name)
}

/**
 * The size that the shapes of a file tell: heads of the published models are 64 wide.
 *
 * @throws EgoLensError `weights/mismatch` where a shape that tells is missing
 */
export function configFromShapes(source: WeightSource, layout: Layout, where: string): DinoConfig {
  const { names } = source
  const shape = (name: string) => tellingShape(source, name, where)
  const first = (part: string) => `${layout.layers}0.${part}`
  const [width, , patch] = shape(`${layout.patch}.weight`) as [number, number, number]
  const swiglu = names.includes(`${first(layout.gated[0])}.weight`)
  const rows = shape(`${first(swiglu ? layout.gated[0] : layout.mlp[0])}.weight`)[0]!
  const config = {
    width,
    layers: depthOf(names, layout.layers),
    heads: Math.max(1, Math.floor(width / 64)),
    hidden: swiglu ? rows / 2 : rows,
    eps: 1e-6,
    patch,
    image: Math.round(Math.sqrt(shape(layout.positions)[1]! - 1)) * patch,
    registers: names.includes(layout.registers) ? shape(layout.registers)[1]! : 0,
    layerScale: names.includes(first(layout.scale1)),
    swiglu,
  }
  return checked(config, where)
}

function affine(name: string, shape: number[]): [string, number[]][] {
  return [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ]
}
