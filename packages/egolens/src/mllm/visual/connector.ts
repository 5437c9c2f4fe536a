import { F, nn, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import {
  type ConnectorInput,
  type ConnectorOptions,
  connectorGrid,
  connectorOptions,
  connectorPadding,
  type Grid,
} from './connector.options.js'
import { RegStage } from './reg-stage.js'

/** The widths that a connector joins: 1024 and 4096 in VideoLLaMA2-7B. */
export interface ConnectorWidths {
  /** Of the image tower's tokens. */
  vision: number
  /** Of the language model's. */
  language: number
}

/**
 * The spatial-temporal convolution connector of VideoLLaMA2 (Cheng et al. 2024, section 2.2): RegNet blocks on every
 * frame, a convolution that makes one place of two frames, rows and columns, RegNet blocks again, an MLP. Tokens leave
 * it frame by frame, row by row. Names are the published ones: `s1.b1.conv1.conv.weight`, `sampler.0.weight`,
 * `s2...`, `readout.0.weight`, `readout.2.weight`.
 *
 * `layers` are the parts that may be checkpointed, each [B, T, H, W, C] -> [B, T', H', W', C']:
 *
 * @example
 * const connector = new StcConnector({ vision: 1024, language: 4096 })
 * const tokens = connector.forward(features)                    // [B, 16, 576, 1024] -> [B, 1521, 4096]
 *
 * const run = nn.checkpointSequential(connector.layers, connector.maps(features))
 * loss(connector.tokens(run.output)).backward()
 * run.backward()
 */
export class StcConnector extends nn.Module {
  readonly options: ConnectorOptions
  readonly s1: RegStage
  readonly sampler: nn.Sequential
  readonly s2: RegStage
  readonly readout: nn.Sequential

  constructor(
    readonly widths: ConnectorWidths,
    options: ConnectorInput = {},
    layer: nn.LayerOptions = {},
  ) {
    super()
    this.options = connectorOptions.parse(options)
    const { depth, mlpDepth } = this.options
    const { vision, language } = widths
    this.s1 = new RegStage(depth, vision, language, layer)
    this.sampler = new nn.Sequential(downsampling(this.options, language, layer), new nn.SiLU())
    this.s2 = new RegStage(depth, language, language, layer)
    const linear = () => new nn.Linear(language, language, layer)
    const more = Array.from({ length: mlpDepth - 1 }, () => [new nn.GELU(), linear()])
    this.readout = new nn.Sequential(linear(), ...more.flat())
  }

  /** Everything between `maps` and `tokens`, in order. */
  get layers(): readonly nn.Layer[] {
    return [...this.s1.blocks, this.sampler, ...this.s2.blocks, this.readout]
  }

  /**
   * Tokens of frames [B, T, P, C] -> maps [B, T, H, W, C] with H = W.
   *
   * @throws EgoLensError `mllm/bad-grid` where P is no square, `mllm/bad-width`, `mllm/too-small`
   */
  maps(features: Tensor): Tensor {
    const [batch, frames, patches, width] = features.shape as [number, number, number, number]
    if (features.ndim !== 4 || width !== this.widths.vision) {
      const wanted = `[B, T, P, ${this.widths.vision}]`
      throw new EgoLensError('mllm/bad-width', `the connector takes ${wanted}, not [${features.shape.join(', ')}]`, {
        cure: 'load the connector and the image tower of the same model',
      })
    }
    const side = Math.round(Math.sqrt(patches))
    if (side * side !== patches) {
      throw new EgoLensError('mllm/bad-grid', `${patches} patches are no square, so their rows are not known`, {
        cure: 'give patch tokens without the class token',
      })
    }
    connectorGrid([frames, side, side], this.options)
    return features.reshape([batch, frames, side, side, width])
  }

  /** Maps [B, T', H', W', D] -> tokens [B, T' H' W', D]. */
  tokens(maps: Tensor): Tensor {
    return maps.flatten(1, 3)
  }

  /** Tokens of frames [B, T, P, C] -> tokens for the language model [B, L, D], L by `visualTokens`. */
  forward(features: Tensor): Tensor {
    return scope(() => {
      let x = this.maps(features)
      for (const layer of this.layers) {
        const next = layer.forward(x)
        x.dispose()
        x = next
      }
      return this.tokens(x)
    })
  }
}

function downsampling(options: ConnectorOptions, width: number, layer: nn.LayerOptions): nn.Layer {
  const { kind, downsample } = options
  return kind === 'stp'
    ? new WindowMeans(downsample)
    : new WindowConv(width, downsample, connectorPadding(options), layer)
}

/**
 * A convolution over windows that do not overlap, channels last: [B, T, H, W, C] -> [B, T', H', W', C]. As windows
 * are rows of a matrix, it is one matrix product. State: `weight` [C, C, kt, kh, kw], `bias` [C].
 */
class WindowConv extends nn.Conv3d {
  constructor(
    width: number,
    private readonly window: Grid,
    private readonly zeros: number,
    options: nn.LayerOptions,
  ) {
    super(width, width, window, { ...options, stride: window, padding: zeros })
  }

  override forward(x: Tensor): Tensor {
    return scope(() => {
      // In the order of the weights, so that these are read as they lie: they are the larger of the two.
      const rows = windows(x, this.window, this.zeros).permute([0, 1, 3, 5, 7, 2, 4, 6]).flatten(4)
      return F.linear(rows, this.weight.flatten(1), this.bias)
    })
  }
}

/** Means over windows that do not overlap, channels last: [B, T, H, W, C] -> [B, T', H', W', C]. */
class WindowMeans extends nn.Module {
  constructor(private readonly window: Grid) {
    super()
  }

  forward(x: Tensor): Tensor {
    return scope(() => windows(x, this.window, 0).mean([2, 4, 6]))
  }
}

/** [B, T, H, W, C] -> [B, T', kt, H', kh, W', kw, C]; what fills no window is left out. */
function windows(x: Tensor, window: Grid, zeros: number): Tensor {
  const width = x.shape.at(-1)!
  let padded = zeros === 0 ? x : F.pad(x, [0, 0, zeros, zeros, zeros, zeros, zeros, zeros])
  const counts = window.map((size, i) => Math.floor(padded.shape[i + 1]! / size))
  counts.forEach((count, i) => {
    padded = padded.narrow(i + 1, 0, count * window[i]!)
  })
  return padded.reshape([-1, ...counts.flatMap((count, i) => [count, window[i]!]), width])
}
