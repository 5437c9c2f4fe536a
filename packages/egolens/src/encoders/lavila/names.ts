import type { LavilaConfig } from './config.js'

type Entry = [name: string, shape: number[]]

/** Every tensor that a dual encoder of this size has, by its published name, with its shape. */
export function expectedTensors({ vision, text, width }: LavilaConfig): Map<string, number[]> {
  const patches = (vision.image / vision.patch) ** 2
  const numbered = (count: number, layer: (i: number) => Entry[]) =>
    Array.from({ length: count }, (_, i) => layer(i)).flat()
  return new Map<string, number[]>([
    ['visual.cls_token', [1, 1, vision.width]],
    ['visual.pos_embed', [1, 1 + patches, vision.width]],
    ['visual.temporal_embed', [1, vision.frames, vision.width]],
    ['visual.patch_embed.proj.weight', [vision.width, 3, vision.patch, vision.patch]],
    ...affine('visual.ln_pre', [vision.width]),
    ...numbered(vision.layers, (i) => visionLayer(`visual.blocks.${i}`, vision)),
    ...affine('visual.norm', [vision.width]),
    ['image_projection', [vision.width, width]],
    ['token_embedding.weight', [text.vocabulary, text.width]],
    ['positional_embedding', [text.context, text.width]],
    ...numbered(text.layers, (i) => textLayer(`transformer.resblocks.${i}`, text)),
    ...affine('ln_final', [text.width]),
    ['text_projection', [text.width, width]],
    ['logit_scale', []],
  ])
}

function visionLayer(layer: string, { width, hidden }: LavilaConfig['vision']): Entry[] {
  return [
    ...['norm1', 'norm2', 'norm3'].flatMap((name) => affine(`${layer}.${name}`, [width])),
    ...['attn', 'timeattn'].flatMap((name) => [
      ...affine(`${layer}.${name}.qkv`, [3 * width, width]),
      ...affine(`${layer}.${name}.proj`, [width, width]),
    ]),
    ...affine(`${layer}.mlp.fc1`, [hidden, width]),
    ...affine(`${layer}.mlp.fc2`, [width, hidden]),
  ]
}

function textLayer(layer: string, { width, hidden }: LavilaConfig['text']): Entry[] {
  return [
    [`${layer}.attn.in_proj_weight`, [3 * width, width]],
    [`${layer}.attn.in_proj_bias`, [3 * width]],
    ...affine(`${layer}.attn.out_proj`, [width, width]),
    ...affine(`${layer}.ln_1`, [width]),
    ...affine(`${layer}.mlp.c_fc`, [hidden, width]),
    ...affine(`${layer}.mlp.c_proj`, [width, hidden]),
    ...affine(`${layer}.ln_2`, [width]),
  ]
}

function affine(name: string, shape: number[]): Entry[] {
  return [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ]
}
