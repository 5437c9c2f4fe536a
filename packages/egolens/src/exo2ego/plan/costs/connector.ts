import { type ConnectorOptions, type ConnectorWidths, connectorGrid } from '../../../mllm/visual/index.js'
import { type Cost, type LayerCost, type ProductBytes, WIDE } from './cost.js'

/** The STC connector on a clip's maps of features. @param side patches along a side of a frame */
export function connectorCost(
  { vision, language }: ConnectorWidths,
  options: ConnectorOptions,
  { frames, side, bytes }: { frames: number; side: number; bytes: ProductBytes },
): Cost {
  const { depth, mlpDepth, kind, downsample } = options
  const before = frames * side ** 2
  const after = connectorGrid([frames, side, side], options).reduce((a, b) => a * b, 1)
  const block = (places: number, from: number) => blockCost(places, from, language, bytes)
  const window = downsample.reduce((a, b) => a * b, 1)
  const sampler: LayerCost = {
    weighted: kind === 'stp' ? 0 : after * 2 * window * language ** 2,
    products: 0,
    // Windows side by side, what comes of them, and what SiLU keeps.
    kept: (before + after * window) * bytes * language + after * (bytes + WIDE) * language,
    input: before * WIDE * language,
  }
  const readout: LayerCost = {
    weighted: after * 2 * mlpDepth * language ** 2,
    products: 0,
    kept: after * bytes * language * (2 * mlpDepth - 1) + after * WIDE * language,
    input: after * WIDE * language,
  }
  const stage = (places: number, from: number) =>
    Array.from({ length: depth }, (_, i) => block(places, i === 0 ? from : language))
  return {
    layers: [...stage(before, vision), sampler, ...stage(after, language), readout],
    output: after * bytes * language,
  }
}

/**
 * A RegNet block: of each place three norms' inputs, two of their results, two SiLUs' inputs or results and the sum's,
 * and three operands of products.
 */
function blockCost(places: number, from: number, width: number, bytes: ProductBytes): LayerCost {
  const shortcut = from === width ? 0 : 1
  return {
    weighted: places * (2 * from * width * (1 + shortcut) + 2 * width ** 2 + 2 * 9 * width),
    products: 0,
    kept: places * (WIDE * width * (7 + shortcut) + bytes * (from * (1 + shortcut) + 2 * width) + WIDE * from),
    input: places * WIDE * from,
  }
}
