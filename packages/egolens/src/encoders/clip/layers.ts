import { scope, type Tensor } from '@egolens/torch'
import type { Hooks } from '../types.js'
import { type BlockSettings, type BlockWeights, block } from './block.js'
import type { TowerConfig } from './config.js'

/** What of the arithmetic is in the weights already. */
export interface Folding {
  /** The scale of query-key products. */
  attention: boolean
  /** QuickGELU's 1.702: x * sigmoid(1.702 x) = silu(1.702 x) / 1.702. */
  activation: boolean
}

export const nothingFolded: Folding = { attention: false, activation: false }
export const allFolded: Folding = { attention: true, activation: true }

/** How a tower with such weights runs. */
export function blockSettings(tower: TowerConfig, folding: Folding): BlockSettings {
  return {
    heads: tower.heads,
    eps: tower.eps,
    activation: folding.activation && tower.activation === 'quick_gelu' ? 'silu' : tower.activation,
    scale: folding.attention ? 1 : (tower.width / tower.heads) ** -0.5,
  }
}

/** tokens [B, N, W] through all layers. What a layer makes inside is freed as soon as autograd allows. */
export function runLayers(
  tokens: Tensor,
  layers: readonly BlockWeights[],
  settings: BlockSettings,
  { hooks, mask }: { hooks?: Hooks; mask?: Tensor } = {},
): Tensor {
  let x = tokens
  layers.forEach((weights, layer) => {
    const input = hooks?.before?.(layer, x) ?? x
    const [beside, kept] = [hooks?.beside?.(layer, input), hooks?.kept?.(layer)]
    const output = scope(() => block(input, weights, settings, { mask, beside, kept }))
    // A hook may have kept the tokens it saw, so only tokens that nobody else saw are freed here.
    if (!hooks && x !== tokens) x.dispose()
    x = hooks?.after?.(layer, output) ?? output
  })
  return x
}
