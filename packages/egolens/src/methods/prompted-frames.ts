import type { Tensor } from '@egolens/torch'
import { z } from 'zod'
import type { ImageTower } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { PromptedTexts } from './prompted-texts.js'
import type { Backbone } from './types.js'

/** The options of every method that learns prompts inside the image tower. */
export const frameOptions = {
  frameChunk: z.int().min(1).default(64).describe('frames that go through the image tower together, whole clips'),
  recomputeFrames: z
    .boolean()
    .default(false)
    .describe('hold the activations of one chunk of frames at a time and compute them twice: less memory, more time'),
}

export interface FrameOptions {
  frameChunk: number
  recomputeFrames: boolean
}

/**
 * Clips through the frozen image tower with learned prompts, so many frames at a time: what `PromptedTexts` does for
 * class texts. With `recomputeFrames` the activations of one chunk of clips are held at a time, so memory does not
 * grow with the batch; `backward` computes them again, after the backward pass of the loss.
 *
 * @example
 * const seen = new PromptedFrames({ frameChunk: 64, recomputeFrames: true }, 8)
 * const videos = seen.encode(pixels, (clips) => prompts.forward(tower, clips)) // [B, D], 8 clips at a time
 * loss(videos).backward()
 * seen.backward() // now the prompts have their gradients
 */
export class PromptedFrames {
  private readonly chunks: PromptedTexts

  /** @param frames of a clip */
  constructor({ frameChunk, recomputeFrames }: FrameOptions, frames: number) {
    this.chunks = new PromptedTexts({
      classChunk: Math.max(1, Math.floor(frameChunk / frames)),
      recompute: recomputeFrames,
    })
  }

  /**
   * @param pixels [B, N, 3, S, S]
   * @param see clips [b, N, 3, S, S] -> [b, D]
   * @returns [B, D] float32
   */
  encode(pixels: Tensor, see: (clips: Tensor) => Tensor): Tensor {
    this.chunks.reset() // a step that ended before its backward pass
    return this.chunks.encode(pixels.shape[0]!, (from, count) => see(pixels.narrow(0, from, count)).float())
  }

  backward(): void {
    this.chunks.backward()
  }
}

/**
 * The layers inside a backbone's image encoder.
 * @throws EgoLensError `method/no-tower` where the encoder does not let methods in
 */
export function towerOf({ image }: Backbone, method: string): ImageTower {
  if (image.tower) return image.tower
  throw new EgoLensError(
    'method/no-tower',
    `${method} works between the layers of the image encoder, and ${image.name} keeps them closed`,
    {
      where: 'backbone.clip',
      cure: 'take a CLIP with a vision transformer',
    },
  )
}

/** A tensor in the number type that a tower computes in. */
export function towerType({ image }: Backbone): (x: Tensor) => Tensor {
  const dtype = image.compute ?? 'float32'
  return (x) => (x.dtype === dtype ? x : x.to(dtype))
}
