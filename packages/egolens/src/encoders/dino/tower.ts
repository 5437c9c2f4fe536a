import { cat, type Tensor } from '@egolens/torch'
import { type BlockSettings, linear, norm } from '../clip/block.js'
import { runLayers } from '../clip/layers.js'
import { patchRows } from '../patches.js'
import type { Hooks, ImageTower } from '../types.js'
import type { DinoConfig } from './config.js'
import type { DinoWeights } from './weights.js'

/**
 * The vision transformer of DINO (Caron et al. 2021) and DINOv2 (Oquab et al. 2023), with registers where it has them
 * (Darcet et al. 2023): no norm before the layers, erf GELU, layer scale; the feature is the class token after the last
 * norm.
 */
export class DinoTower implements ImageTower {
  readonly layers: number
  readonly width: number
  readonly patch: number
  readonly #settings: BlockSettings

  constructor(
    readonly config: DinoConfig,
    readonly weights: DinoWeights,
  ) {
    this.layers = config.layers
    this.width = config.width
    this.patch = config.patch
    const { heads, eps, swiglu } = config
    this.#settings = { heads, eps, activation: swiglu ? 'swiglu' : 'gelu', scale: 1 }
  }

  /**
   * pixels [B, 3, S, S] normalised -> tokens [B, 1 + registers + patches (+ extra), W], class token first.
   *
   * @param extra tokens [B, M, W] that join without a position
   * @param added [B, 1, W], added to the tokens that have positions
   */
  embed(pixels: Tensor, extra?: Tensor, added?: Tensor): Tensor {
    const { patch, classToken, positions, registers } = this.weights
    const rows = patchRows(pixels, this.config.patch)
    const patches = linear(rows, { weight: patch.weight.flatten(1), bias: patch.bias })
    const each = (token: Tensor) => token.expand([rows.shape[0]!, token.shape[1]!, this.width])
    const placed = cat([each(classToken), patches], 1).add(added ? added.add(positions) : positions)
    if (!registers) return extra ? cat([placed, extra], 1) : placed
    const others = placed.narrow(1, 1, placed.shape[1]! - 1)
    return cat([placed.narrow(1, 0, 1), each(registers), others, ...(extra ? [extra] : [])], 1)
  }

  /** tokens [B, N, W] through the layers, with hooks around each. */
  run(tokens: Tensor, hooks?: Hooks): Tensor {
    return runLayers(tokens, this.weights.blocks, this.#settings, hooks ? { hooks } : {})
  }

  /** The class token of tokens [B, N, W] -> [B, W]. */
  pool(tokens: Tensor): Tensor {
    return norm(tokens.select(1, 0), this.weights.norm, this.config.eps)
  }
}
