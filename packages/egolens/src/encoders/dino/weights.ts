import { type DType, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Affine, BlockWeights } from '../clip/block.js'
import { blockTensors, mapBlock } from '../clip/weights.js'
import { queryScaled } from '../query-scaled.js'
import type { WeightSource } from '../source.js'
import type { DinoConfig } from './config.js'
import type { Layout } from './layout.js'
import { fitPositions } from './positions.js'

export interface DinoWeights {
  patch: Affine
  /** [1, 1, W] */
  classToken: Tensor
  /** [1, 1 + patches, W], of the grid that the encoder sees */
  positions: Tensor
  /** [1, registers, W] */
  registers?: Tensor
  /** Layer scale and the scale of query-key products are in their weights. */
  blocks: BlockWeights[]
  norm: Affine
}

/**
 * Reads a source into the forward pass's own structure. The tensors live until disposed.
 *
 * @param grid patches on a side of what the encoder sees
 */
export function bindDino(
  source: WeightSource,
  config: DinoConfig,
  layout: Layout,
  { grid, dtype }: { grid: number; dtype: DType },
): DinoWeights {
  return noGrad(() =>
    scope(() => {
      const read = (name: string) => source.tensor(name).to('float32')
      const cast = (tensor: Tensor) => tensor.to(dtype)
      const both = ({ weight, bias }: Affine): Affine => ({ weight: cast(weight), bias: cast(bias) })
      const bound: DinoWeights = {
        patch: both(affine(read, layout.patch)),
        classToken: cast(read(layout.classToken)),
        positions: cast(fitPositions(read(layout.positions), grid, config.registers > 0)),
        ...(config.registers > 0 ? { registers: cast(read(layout.registers)) } : {}),
        blocks: Array.from({ length: config.layers }, (_, i) =>
          scope(() => mapBlock(layer(read, config, layout, i), cast)),
        ),
        norm: both(affine(read, layout.norm)),
      }
      for (const tensor of dinoTensors(bound)) tensor.keep()
      return bound
    }),
  )
}

/** Every tensor of the structure. */
export function dinoTensors({ patch, classToken, positions, registers, blocks, norm }: DinoWeights): Tensor[] {
  const outside = [patch.weight, patch.bias, classToken, positions, norm.weight, norm.bias]
  return [...outside, ...(registers ? [registers] : []), ...blocks.flatMap(blockTensors)]
}

type Read = (name: string) => Tensor

function affine(read: Read, name: string): Affine {
  return { weight: read(`${name}.weight`), bias: read(`${name}.bias`) }
}

function layer(read: Read, config: DinoConfig, layout: Layout, i: number): BlockWeights {
  const of = (part: string) => affine(read, `${layout.layers}${i}.${part}`)
  const scaled = (linear: Affine, scale: string): Affine => {
    if (!config.layerScale) return linear
    const gamma = read(`${layout.layers}${i}.${scale}`)
    return { weight: linear.weight.mul(gamma.unsqueeze(1)), bias: linear.bias.mul(gamma) }
  }
  const [fc1, fc2] = config.swiglu ? layout.gated : layout.mlp
  return {
    norm1: of(layout.norm1),
    qkv: queryScaled(layout.qkv.map(of), (config.width / config.heads) ** -0.5),
    out: scaled(of(layout.out), layout.scale1),
    norm2: of(layout.norm2),
    fc1: of(fc1),
    fc2: scaled(of(fc2), layout.scale2),
  }
}
