import type { LanguageConfig } from '../../../mllm/index.js'
import { atOnce } from '../../../mllm/language/attend.js'
import { type Cost, type LayerCost, type ProductBytes, softmaxBytes, WIDE } from './cost.js'

export interface LanguageCostOptions {
  /** Tokens of a record, visual ones included. */
  tokens: number
  bytes: ProductBytes
  /** Rank of the low-rank layers, and whether they drop; none where absent. */
  lora?: { r: number; dropout: number } | undefined
  /** Attention is one operator of libtorch that keeps no matrix of weights. */
  fused: boolean
}

/**
 * The layers of the language model, whose own weights are frozen, so that its products keep no inputs. Of each token a
 * layer keeps two norms' inputs, queries, keys and values, what attention gives, and three tensors of the MLP's width;
 * low-rank layers keep what they drop from and by.
 */
export function languageCost(config: LanguageConfig, options: LanguageCostOptions): Cost {
  const { width, hidden, heads, keyValueHeads, headWidth, layers } = config
  const { tokens, bytes, lora, fused } = options
  const [all, few] = [heads * headWidth, keyValueHeads * headWidth]
  const sizes = [
    ...[width, width, width].map((from, i) => [from, i === 0 ? all : few]),
    ...[
      [all, width],
      [width, hidden],
      [width, hidden],
      [hidden, width],
    ],
  ] as [number, number][]
  // The fused operator wants keys and values for each head; otherwise some half of the matrix is kept, as order is causal.
  const attention = fused ? bytes * 4 * all + WIDE * heads : bytes * 2 * (all + few) + causal(options, heads)
  const dropped = lora && lora.dropout > 0 ? 2 : 1
  const low = lora ? bytes * (dropped * sizes.reduce((total, [from]) => total + from, 0) + sizes.length * lora.r) : 0
  const layer: LayerCost = {
    weighted: tokens * 2 * sizes.reduce((total, [from, to]) => total + from * to, 0),
    products: tokens * 2 * tokens * all,
    low: lora ? tokens * 2 * lora.r * sizes.reduce((total, [from, to]) => total + from + to, 0) : 0,
    kept: tokens * (2 * WIDE * width + attention + bytes * 3 * hidden + low),
    input: tokens * bytes * width,
  }
  const output = tokens * (bytes + 2 * WIDE) * width
  return { layers: Array.from({ length: layers }, () => layer), output }
}

/** Stretches of queries see the keys up to the stretch's end. */
function causal({ tokens, bytes }: LanguageCostOptions, heads: number): number {
  return heads * Math.min(tokens, (tokens + atOnce) / 2) * softmaxBytes(bytes)
}

/** Logits of the targets: themselves, in float32, their logarithms as shares, and a gradient of each. */
export function headCost({ width, vocabulary }: LanguageConfig, targets: number, bytes: ProductBytes): LayerCost {
  const copies = bytes === WIDE ? 2 * WIDE : bytes + 2 * WIDE
  return {
    weighted: targets * 2 * width * vocabulary,
    products: 0,
    kept: targets * vocabulary * 2 * copies,
    input: targets * bytes * width,
  }
}
