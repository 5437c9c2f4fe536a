import { cat, F, noGrad, scope, type Tensor } from '@egolens/torch'
import { norm } from '../clip/block.js'
import { patchRows } from '../patches.js'
import { spaceTimeBlock } from './block.js'
import type { LavilaConfig } from './config.js'
import type { TimeSformerWeights } from './weights.js'

/**
 * LaViLa's image side (Zhao et al. 2023): a TimeSformer (Bertasius et al. 2021) with CLIP's norm before the layers and
 * QuickGELU, the class token after the last norm, a projection into the joint space.
 */
export class TimeSformer {
  readonly #times = new Map<number, Tensor>()

  constructor(
    readonly config: Pick<LavilaConfig, 'vision' | 'width'>,
    readonly weights: TimeSformerWeights,
  ) {}

  /** pixels [B, T, 3, S, S] normalised -> tokens [B, 1 + T * patches, W], class token first, then frame by frame. */
  embed(pixels: Tensor): Tensor {
    const { patch, classToken, positions, preNorm } = this.weights
    const { width, preNormEps, patch: side } = this.config.vision
    const [batch, frames] = pixels.shape as [number, number]
    const rows = patchRows(pixels.flatten(0, 1), side).matmul(patch.flatten(1).t()).view([batch, frames, -1, width])
    const places = positions.narrow(1, 1, positions.shape[1]! - 1).unsqueeze(1)
    const placed = rows.add(places).add(this.times(frames).unsqueeze(2)).flatten(1, 2)
    const first = classToken.add(positions.narrow(1, 0, 1)).expand([batch, 1, width])
    return norm(cat([first, placed], 1), preNorm, preNormEps)
  }

  /** tokens [B, 1 + T * patches, W] through the layers. */
  run(tokens: Tensor, frames: number): Tensor {
    const { heads, eps } = this.config.vision
    const settings = { heads, eps, activation: 'silu' as const, frames }
    return this.weights.blocks.reduce((x, weights) => {
      const next = scope(() => spaceTimeBlock(x, weights, settings))
      if (x !== tokens) x.dispose()
      return next
    }, tokens)
  }

  /** The class token of tokens [B, N, W] -> [B, D] in the joint space. */
  pool(tokens: Tensor): Tensor {
    const { norm: last, projection } = this.weights
    return norm(tokens.select(1, 0), last, this.config.vision.eps).matmul(projection)
  }

  /** pixels [B, T, 3, S, S] -> [B, D], without gradients and with memory that does not grow. */
  encode(pixels: Tensor): Tensor {
    return noGrad(() => scope(() => this.pool(this.run(this.embed(pixels), pixels.shape[1]!))))
  }

  /**
   * Temporal embeddings of so many frames, [1, T, W]: those of the weights, the first of them for fewer frames, and for
   * more frames interpolated between them, linearly with half-pixel centres.
   */
  times(frames: number): Tensor {
    const { times, classToken } = this.weights
    const known = this.#times.get(frames)
    if (known) return known
    const made = noGrad(() =>
      scope(() => {
        const fitted =
          frames <= times.shape[1]!
            ? times.narrow(1, 0, frames)
            : F.interpolate(times.unsqueeze(0), { size: [frames, times.shape[2]!], mode: 'bilinear' }).squeeze(0)
        return fitted.to(classToken.dtype).clone().keep()
      }),
    )
    this.#times.set(frames, made)
    return made
  }

  dispose(): void {
    for (const times of this.#times.values()) times.dispose()
    this.#times.clear()
  }
}
