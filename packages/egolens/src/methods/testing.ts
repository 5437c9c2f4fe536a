import type { Tensor } from '@egolens/torch'
import { fromTypedArray, tensor } from '@egolens/torch'
import type { LabelSet } from '../datasets/types.js'
import type { ImageEncoder, TextEncoder } from '../encoders/types.js'
import type { Backbone } from './types.js'

/**
 * Numbers by a formula, so that a test and its reference in another language have the same: sin(start + step i + 0.013 i^2)
 * times scale, for the i-th number in row-major order. Without the square the rows would lie in one plane.
 */
export function formula(shape: number[], { step = 0.37, start = 0.1, scale = 1 } = {}): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  const values = Float32Array.from({ length: count }, (_, i) => Math.sin(step * i + 0.013 * i * i + start) * scale)
  return fromTypedArray(values, shape)
}

/** A backbone without networks: class vectors by formula from a name's letters, no pixels. */
export function standInBackbone(
  options: { width?: number; contextWidth?: number; logitScale?: number } = {},
): Backbone {
  const { width = 8, logitScale = Math.log(100) } = options
  const { contextWidth = width } = options
  const image = standInEncoder('image', width)
  return {
    image,
    text: new StandInText(width),
    logitScale,
    context: contextWidth === width ? image : standInEncoder('context', contextWidth),
  }
}

function standInEncoder(name: string, width: number): ImageEncoder {
  return {
    name,
    hash: `${name}-${width}`,
    width,
    tap: 'joint',
    preprocessing: { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' },
    encode: () => {
      throw new Error('the stand-in encoder has no network')
    },
  }
}

/** One token a letter, 1 is the start and 2 the end; a text's vector is a fixed mix of its tokens' embeddings. */
class StandInText implements TextEncoder {
  readonly tokenWidth = 6
  readonly contextLength = 40
  readonly seen: string[] = []

  constructor(readonly width: number) {}

  encode(texts: string[]): Tensor {
    this.seen.push(...texts)
    const { ids, ends } = this.tokenize(texts)
    return this.encodeFromEmbeddings(this.embedTokens(ids), ends)
  }

  tokenize(texts: string[]): { ids: Tensor; ends: number[] } {
    const rows = texts.map((text) => [1, ...[...text].map((letter) => letter.charCodeAt(0) % 60), 2])
    const ids = rows.map((row) => [...row, ...new Array<number>(this.contextLength - row.length).fill(0)])
    return { ids: tensor(ids, { dtype: 'int64' }), ends: rows.map((row) => row.length - 1) }
  }

  embedTokens(ids: Tensor): Tensor {
    const table = formula([64, this.tokenWidth], { step: 0.71 })
    return table.indexSelect(0, ids.flatten()).view([...ids.shape, this.tokenWidth])
  }

  /** Looks backwards only: the sum up to the end token, each position with a weight of its own. */
  encodeFromEmbeddings(embeddings: Tensor, ends: number[]): Tensor {
    const length = embeddings.shape[1]!
    const weights = ends.map((end) =>
      Array.from({ length }, (_, position) => (position <= end ? Math.cos(0.3 * position) : 0)),
    )
    const pooled = embeddings.mul(tensor(weights).unsqueeze(-1)).sum(1)
    return pooled.matmul(formula([this.tokenWidth, this.width], { step: 0.53, start: 0.4 }))
  }
}

export function standInLabels(names: string[], component: 'verb' | 'noun' = 'noun'): LabelSet {
  return { dataset: 'stand-in', component, names, keys: names }
}
