import type { VisionConfig } from '../../../mllm/visual/index.js'
import { type Cost, type LayerCost, type ProductBytes, softmaxBytes, WIDE } from './cost.js'

/**
 * CLIP's image tower on the frames of a clip. Of each token a layer keeps: two norms' inputs; both norms' results,
 * queries, keys, values and what attention gives as operands of products; its weights of attention, as a whole matrix;
 * and three tensors of the MLP's width (QuickGELU is x sigmoid(1.702 x)).
 *
 * @param depth layers that are run
 */
export function towerCost(config: VisionConfig, depth: number, frames: number, bytes: ProductBytes): Cost {
  const { width, hidden, heads, image, patch } = config
  const patches = (image / patch) ** 2
  const length = 1 + patches
  const tokens = frames * length
  const layer: LayerCost = {
    weighted: tokens * (8 * width ** 2 + 4 * width * hidden),
    products: tokens * 4 * length * width,
    kept: tokens * (2 * WIDE * width + bytes * (6 * width + 3 * hidden) + heads * length * softmaxBytes(bytes)),
    input: tokens * WIDE * width,
  }
  return { layers: Array.from({ length: depth }, () => layer), output: frames * patches * width * WIDE }
}

/** What stands before its first layer: patches, positions and a norm. */
export function patchCost({ width, image, patch }: VisionConfig, frames: number, bytes: ProductBytes): LayerCost {
  const patches = (image / patch) ** 2
  const pixels = frames * 3 * image ** 2
  const tokens = frames * (1 + patches)
  return {
    weighted: frames * patches * 2 * 3 * patch ** 2 * width,
    products: 0,
    kept: pixels * (WIDE + bytes) + tokens * WIDE * width,
    input: pixels * WIDE,
  }
}
