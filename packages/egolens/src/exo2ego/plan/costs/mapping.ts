import type { MappingOptions, TokenGrid } from '../../mapping/index.js'
import type { LayerCost, ProductBytes } from './cost.js'

/** A mapping on so many frames of tokens; it is one piece that is not computed twice. */
export function mappingCost(grid: TokenGrid, options: MappingOptions, frames: number, bytes: ProductBytes): LayerCost {
  const { width } = grid
  const tokens = frames * grid.side ** 2
  const input = tokens * width * bytes
  if (options.arch === 'mlp') {
    return { weighted: tokens * 4 * width ** 2, products: 0, kept: tokens * 3 * width * bytes, input }
  }
  const side = Math.max(8, Math.ceil(grid.side / 4) * 4)
  const layers = convolutions(width, options.ngf, side)
  const total = (of: (layer: Convolution) => number) => frames * layers.reduce((all, layer) => all + of(layer), 0)
  return {
    weighted: total(({ from, to, kernel, products }) => 2 * from * to * kernel ** 2 * products ** 2),
    products: 0,
    // What is convolved, its edges mirrored; the norm's input; what ReLU gives.
    kept: bytes * total(({ from, to, edged, out }) => from * edged ** 2 + 2 * to * out ** 2),
    input,
  }
}

interface Convolution {
  from: number
  to: number
  kernel: number
  /** Side of what it reads, with mirrored edges, and of what it gives. */
  edged: number
  out: number
  /** Side of the places at which the kernel is multiplied. */
  products: number
}

/** CycleGAN's generator of nine blocks: 7x7, two halvings, nine times two 3x3, two doublings, 7x7. */
function convolutions(width: number, ngf: number, side: number): Convolution[] {
  const plain = (from: number, to: number, kernel: number, at: number): Convolution => ({
    ...{ from, to, kernel, edged: at + kernel - 1, out: at, products: at },
  })
  const half = (c: number, at: number): Convolution => ({
    ...{ from: c, to: 2 * c, kernel: 3, edged: at, out: at / 2, products: at / 2 },
  })
  const double = (c: number, at: number): Convolution => ({
    ...{ from: c, to: c / 2, kernel: 3, edged: at, out: 2 * at, products: at },
  })
  const blocks = Array.from({ length: 18 }, () => plain(4 * ngf, 4 * ngf, 3, side / 4))
  return [
    plain(width, ngf, 7, side),
    ...[half(ngf, side), half(2 * ngf, side / 2)],
    ...blocks,
    ...[double(4 * ngf, side / 4), double(2 * ngf, side / 2)],
    plain(ngf, width, 7, side),
  ]
}
