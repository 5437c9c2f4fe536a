import { nn, scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { mirrorEdges } from './mirror.js'
import { MlpMapping } from './mlp.js'
import { Resnet9 } from './resnet9.js'

/** How the mappings between the views are built (Exo2Ego, section 5.1; what it leaves open is an option). */
export const mappingOptions = z.strictObject({
  arch: z.enum(['resnet9', 'mlp']).default('resnet9').describe('resnet9: the paper; mlp: its ablation, Table 7 row 5'),
  where: z
    .enum(['pre_connector', 'post_connector'])
    .default('pre_connector')
    .describe('which tokens are mapped: those of the image tower, or those of the connector'),
  ngf: z.int().positive().default(64).describe('width of the residual network, a quarter of its narrowest part'),
  outAct: z.enum(['none', 'tanh']).default('none').describe('after the last layer; features are unbounded: none'),
  residual: z.boolean().default(false).describe('add what is mapped to what comes out'),
})
export type MappingOptions = z.output<typeof mappingOptions>
export type MappingInput = z.input<typeof mappingOptions>

/** The tokens that are mapped: their width, and how many lie along a side of a frame. */
export interface TokenGrid {
  width: number
  side: number
}

/** Two halvings, and a mirrored edge of 1 on what is left. */
const [multiple, least] = [4, 8]

/**
 * A mapping between the features of two views, F: ego -> exo or G: exo -> ego (Exo2Ego, section 4.3). Each frame is a
 * map of features for `resnet9`, each token alone for `mlp`; all frames are one batch. In front of the connector the
 * frame's side must be a multiple of 4, so that it can be halved twice; behind it sides are odd (13), and frames are
 * widened to the next multiple by mirrored edges, which are cut off again.
 *
 * @example
 * const toExo = new Mapping({ width: 1024, side: 24 })
 * const mapped = toExo.forward(features) // [B, 16, 576, 1024] -> the same
 */
export class Mapping extends nn.Module {
  readonly options: MappingOptions
  readonly net: Resnet9 | MlpMapping
  readonly #edges: Edges

  /** @throws EgoLensError `exo2ego/bad-grid` where a frame cannot be halved twice */
  constructor(
    readonly grid: TokenGrid,
    options: MappingInput = {},
    layer: nn.LayerOptions = {},
  ) {
    super()
    this.options = mappingOptions.parse(options)
    const { arch, ngf, outAct } = this.options
    const { width } = grid
    this.#edges = edgesOf(grid.side, this.options)
    this.net = arch === 'mlp' ? new MlpMapping(width, layer) : new Resnet9(width, width, { ...layer, ngf, outAct })
  }

  /**
   * Tokens [..., L, W] of frames in order, each row by row -> the same shape: [B, T, P, W], or [B, T P, W].
   *
   * @throws EgoLensError `exo2ego/bad-tokens` where L is no whole number of frames or W another width
   */
  forward(tokens: Tensor): Tensor {
    const { side, width } = this.grid
    const [length, given] = tokens.shape.slice(-2)
    if (given !== width || length! % (side * side) !== 0) {
      const wanted = `frames of ${side} x ${side} tokens of ${width}`
      throw new EgoLensError('exo2ego/bad-tokens', `the mapping takes ${wanted}, not [${tokens.shape.join(', ')}]`, {
        cure: 'make the mapping for the tokens that it is given: in front of the connector or behind it',
      })
    }
    return scope(() => {
      const mapped = this.net instanceof MlpMapping ? this.net.forward(tokens) : this.#mapFrames(tokens, this.net)
      return this.options.residual ? tokens.add(mapped) : mapped
    })
  }

  #mapFrames(tokens: Tensor, net: Resnet9): Tensor {
    const { side, width } = this.grid
    const { before, after } = this.#edges
    const maps = tokens.reshape([-1, side, side, width]).permute([0, 3, 1, 2])
    const mapped = net
      .forward(mirrorEdges(maps, before, after))
      .narrow(2, before, side)
      .narrow(3, before, side)
    return mapped.permute([0, 2, 3, 1]).reshape(tokens.shape)
  }
}

/** Tokens that are mirrored on each side of a frame, before it and after it. */
interface Edges {
  before: number
  after: number
}

function edgesOf(side: number, { arch, where }: MappingOptions): Edges {
  if (arch === 'mlp') return { before: 0, after: 0 }
  const missing = Math.max(least, Math.ceil(side / multiple) * multiple) - side
  const edges = { before: Math.floor(missing / 2), after: Math.ceil(missing / 2) }
  if (missing === 0 || (where === 'post_connector' && edges.after < side)) return edges
  throw new EgoLensError(
    'exo2ego/bad-grid',
    `a frame of ${side} x ${side} tokens cannot be halved twice: that takes a multiple of ${multiple}, from ${least} on`,
    {
      where: 'mapping.where',
      cure: 'take an image tower with such a grid, such as 336 / 14 = 24, or mapping.arch: mlp',
    },
  )
}
