import { cat, noGrad, scope, type Tensor } from '@egolens/torch'
import { patchRows } from '../patches.js'
import type { Hooks, ImageTower } from '../types.js'
import { type BlockSettings, norm } from './block.js'
import type { ClipConfig } from './config.js'
import { blockSettings, type Folding, runLayers } from './layers.js'
import type { VisionWeights } from './weights.js'

/** What makes tokens of pixels, before the first layer. */
export type PatchWeights = Pick<VisionWeights, 'patch' | 'classToken' | 'positions' | 'preNorm'>

/** `embed` of `VisionTower`, for towers that keep their weights otherwise. */
export function embedPatches(
  pixels: Tensor,
  { patch: weight, classToken, positions, preNorm }: PatchWeights,
  { patch, width, eps }: Pick<ClipConfig['vision'], 'patch' | 'width' | 'eps'>,
  { extra, added }: { extra?: Tensor | undefined; added?: Tensor | undefined } = {},
): Tensor {
  const patches = patchRows(pixels, patch).matmul(weight.flatten(1).t())
  const first = classToken.expand([patches.shape[0]!, 1, width])
  const placed = cat([first, patches], 1).add(added ? added.add(positions) : positions)
  return norm(extra ? cat([placed, extra], 1) : placed, preNorm, eps)
}

/**
 * CLIP's image tower (Radford et al. 2021, section 2.4): patches, class token and positions, a norm before the
 * layers, the class token after them, a norm and a projection into the joint space.
 *
 * @example
 * const tokens = tower.embed(pixels)                   // [B, 1 + patches, W]
 * const seen = tower.run(tokens, { before: (layer, x) => (layer === 3 ? cat([x, prompts], 1) : undefined) })
 * const features = tower.pool(seen)                    // [B, D]
 */
export class VisionTower implements ImageTower {
  readonly layers: number
  readonly width: number
  readonly patch: number
  readonly #settings: BlockSettings

  /** @param folding what the weights were bound with */
  constructor(
    readonly config: ClipConfig,
    readonly weights: VisionWeights,
    folding: Folding,
  ) {
    this.layers = config.vision.layers
    this.width = config.vision.width
    this.patch = config.vision.patch
    this.#settings = blockSettings(config.vision, folding)
  }

  /**
   * pixels [B, 3, S, S] normalised -> tokens [B, 1 + patches (+ extra), W], class token first.
   *
   * @param extra tokens [B, M, W] that join without a position but pass the norm (as MaPLe's prompts do)
   * @param added [B, 1, W], added to all tokens but these as positions are (Vita-CLIP's time)
   */
  embed(pixels: Tensor, extra?: Tensor, added?: Tensor): Tensor {
    return embedPatches(pixels, this.weights, this.config.vision, { extra, added })
  }

  /** tokens [B, N, W] through the layers, with hooks around each. */
  run(tokens: Tensor, hooks?: Hooks): Tensor {
    return runLayers(tokens, this.weights.blocks, this.#settings, hooks ? { hooks } : {})
  }

  /** The class token of tokens [B, N, W] -> [B, D] in the joint space. */
  pool(tokens: Tensor): Tensor {
    const { postNorm, projection } = this.weights
    return norm(tokens.select(1, 0), postNorm, this.config.vision.eps).matmul(projection.t())
  }

  /** pixels [B, 3, S, S] -> [B, D], without gradients and with memory that does not grow. */
  encode(pixels: Tensor): Tensor {
    return noGrad(() => scope(() => this.pool(this.run(this.embed(pixels)))))
  }
}
