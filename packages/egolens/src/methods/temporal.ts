import type { Generator, Tensor } from '@egolens/torch'
import { empty, nn } from '@egolens/torch'
import { z } from 'zod'
import { runBlocks, TransformerBlock } from './blocks.js'

/** The size of a temporal transformer; A5's values. */
export const temporalOptions = {
  temporalLayers: z.int().min(0).default(2).describe('blocks of attention between the frames; 0 averages them'),
  heads: z.int().min(1).default(8).describe('attention heads of a block'),
  mlpRatio: z.number().positive().default(4).describe('hidden width of a block over its width'),
}

export interface TemporalOptions {
  temporalLayers: number
  heads: number
  mlpRatio: number
}

/**
 * The temporal module of A5 (Ju et al., ECCV 2022, section 3.2): an embedding of each frame's place from
 * N(0, 0.01^2) is added, CLIP's blocks attend between the frames, and their mean is taken.
 */
export class TemporalTransformer extends nn.Module {
  /** [N, d] */
  private readonly positions: Tensor
  private readonly blocks: TransformerBlock[]

  constructor(
    width: number,
    frames: number,
    { temporalLayers, heads, mlpRatio }: TemporalOptions,
    generator: Generator,
  ) {
    super()
    this.positions = this.parameter('positions', nn.init.normal_(empty([frames, width]), 0, 0.01, generator))
    const block = () => new TransformerBlock(width, { heads, mlpRatio, generator })
    this.blocks = Array.from({ length: temporalLayers }, block)
  }

  /** [B, N, d] -> [B, d] */
  forward(frames: Tensor): Tensor {
    return runBlocks(this.blocks, frames.add(this.positions)).mean(1)
  }
}

/** A temporal transformer, or undefined for no layers: frames are averaged then. */
export function temporalTransformer(
  width: number,
  frames: number,
  options: TemporalOptions,
  generator: Generator,
): TemporalTransformer | undefined {
  return options.temporalLayers === 0 ? undefined : new TemporalTransformer(width, frames, options, generator)
}
