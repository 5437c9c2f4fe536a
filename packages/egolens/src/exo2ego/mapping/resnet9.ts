import { nn, scope, type Tensor } from '@egolens/torch'
import { mirrorEdges } from './mirror.js'

export interface Resnet9Options extends nn.LayerOptions {
  /** Width after the first convolution; twice and four times it after the two halvings. */
  ngf?: number
  /** What the last convolution is followed by: `tanh` as CycleGAN has for pictures, `none` for unbounded features. */
  outAct?: 'none' | 'tanh'
}

/** Residual blocks between the halvings and the doublings. */
const depth = 9

/**
 * CycleGAN's generator of nine residual blocks (Zhu et al. 2017, appendix 7.2; after Johnson et al. 2016), which
 * Exo2Ego maps features of one view to the other with: [N, in, H, W] -> [N, out, H, W]. H and W are multiples of 4, and
 * 8 or more. Convolutions begin at N(0, 0.02^2), biases at 0.
 *
 * @example
 * new Resnet9(1024, 1024).forward(maps)                          // features, 17,782,912 parameters
 * new Resnet9(3, 3, { outAct: 'tanh' }).forward(pictures)        // as published, 11,378,179 parameters
 */
export class Resnet9 extends nn.Module {
  readonly stem: ConvNorm
  readonly down: readonly ConvNorm[]
  readonly blocks: readonly ResidualBlock[]
  readonly up: readonly ConvNorm[]
  readonly head: Head

  constructor(inChannels: number, outChannels: number, options: Resnet9Options = {}) {
    super()
    const { ngf = 64, outAct = 'none', ...layer } = options
    const half = { ...layer, stride: 2, padding: 1 }
    const double = { ...half, outputPadding: 1 }
    this.stem = new ConvNorm(new nn.Conv2d(inChannels, ngf, 7, layer), 3)
    this.down = [1, 2].map((factor) => new ConvNorm(new nn.Conv2d(factor * ngf, 2 * factor * ngf, 3, half)))
    this.blocks = Array.from({ length: depth }, () => new ResidualBlock(4 * ngf, layer))
    this.up = [4, 2].map((factor) => new ConvNorm(new nn.ConvTranspose2d(factor * ngf, (factor * ngf) / 2, 3, double)))
    this.head = new Head(new nn.Conv2d(ngf, outChannels, 7, layer), outAct)
    begin(this, layer)
  }

  forward(maps: Tensor): Tensor {
    return scope(() => {
      let x = maps
      for (const layer of [this.stem, ...this.down, ...this.blocks, ...this.up, this.head]) {
        const next = layer.forward(x)
        if (x !== maps) x.dispose()
        x = next
      }
      return x
    })
  }
}

function begin(module: nn.Module, { generator }: nn.LayerOptions): void {
  for (const [name, tensor] of module.namedParameters()) {
    if (name.endsWith('.bias')) nn.init.zeros_(tensor)
    else nn.init.normal_(tensor, 0, 0.02, generator)
  }
}

/** A convolution, mirrored edges before it where they are wanted, then instance norm and ReLU. */
class ConvNorm extends nn.Module {
  readonly #norm: nn.InstanceNorm2d

  constructor(
    readonly conv: nn.Conv2d | nn.ConvTranspose2d,
    private readonly edge = 0,
    private readonly rectify = true,
  ) {
    super()
    this.#norm = new nn.InstanceNorm2d(conv.outChannels)
  }

  forward(x: Tensor): Tensor {
    return scope(() => {
      const y = this.#norm.forward(this.conv.forward(mirrorEdges(x, this.edge, this.edge)))
      return this.rectify ? y.relu() : y
    })
  }
}

/** x + two convolutions of it; nothing after the sum. */
class ResidualBlock extends nn.Module {
  readonly conv1: ConvNorm
  readonly conv2: ConvNorm

  constructor(width: number, layer: nn.LayerOptions) {
    super()
    this.conv1 = new ConvNorm(new nn.Conv2d(width, width, 3, layer), 1)
    this.conv2 = new ConvNorm(new nn.Conv2d(width, width, 3, layer), 1, false)
  }

  forward(x: Tensor): Tensor {
    return scope(() => x.add(this.conv2.forward(this.conv1.forward(x))))
  }
}

/** The last convolution, mirrored edges before it. */
class Head extends nn.Module {
  constructor(
    readonly conv: nn.Conv2d,
    private readonly outAct: 'none' | 'tanh',
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    return scope(() => {
      const y = this.conv.forward(mirrorEdges(x, 3, 3))
      return this.outAct === 'tanh' ? y.tanh() : y
    })
  }
}
