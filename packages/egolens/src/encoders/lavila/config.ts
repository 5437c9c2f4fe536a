import { EgoLensError } from '../../errors.js'
import type { TowerConfig } from '../clip/config.js'
import { depthOf, tellingShape, type WeightSource } from '../source.js'

/** The size of a TimeSformer. */
export interface TimeSformerConfig {
  width: number
  layers: number
  heads: number
  hidden: number
  /** Of the norms in and after the layers. */
  eps: number
  /** Of the norm before them. */
  preNormEps: number
  /** Side of the square image in pixels. */
  image: number
  patch: number
  /** Frames that the temporal embedding was trained for. */
  frames: number
}

/** Everything that the dual encoder's forward pass depends on besides its weights. */
export interface LavilaConfig {
  vision: TimeSformerConfig
  text: TowerConfig & { vocabulary: number; context: number }
  /** Width of the joint space. */
  width: number
}

/** True where the names are those of LaViLa's published dual encoders. */
export function isLavila(names: readonly string[]): boolean {
  return names.includes('visual.temporal_embed')
}

/**
 * The size of a dual encoder, which its shapes tell: heads are 64 wide, MLPs four times the width.
 *
 * @throws EgoLensError `lavila/unsupported` for narrators, classifiers and other text towers than CLIP's;
 * `weights/mismatch` where a shape that tells is missing
 */
export function configFromShapes(source: WeightSource, where: string): LavilaConfig {
  if (!source.names.some((name) => name.startsWith('transformer.'))) {
    const others = new Set(source.names.map((name) => name.split('.')[0]!).filter((part) => part !== 'visual'))
    throw new EgoLensError('lavila/unsupported', `there is no text tower like CLIP's (but ${[...others].join(', ')})`, {
      where,
      cure: 'take a dual encoder of LaViLa with the text tower of CLIP',
    })
  }
  const shape = (name: string) => tellingShape(source, name, where)
  const [width, , patch] = shape('visual.patch_embed.proj.weight') as [number, number, number]
  const [, positions] = shape('visual.pos_embed') as [number, number]
  const [vocabulary, textWidth] = shape('token_embedding.weight') as [number, number]
  const size = (of: number, layers: string) => ({
    width: of,
    layers: depthOf(source.names, layers),
    heads: Math.max(1, Math.floor(of / 64)),
    hidden: 4 * of,
  })
  return {
    vision: {
      ...size(width, 'visual.blocks.'),
      eps: 1e-6,
      preNormEps: 1e-5,
      image: Math.round(Math.sqrt(positions - 1)) * patch,
      patch,
      frames: shape('visual.temporal_embed')[1]!,
    },
    text: {
      ...size(textWidth, 'transformer.resblocks.'),
      activation: 'quick_gelu',
      eps: 1e-5,
      vocabulary,
      context: shape('positional_embedding')[0]!,
    },
    width: shape('image_projection')[1]!,
  }
}
