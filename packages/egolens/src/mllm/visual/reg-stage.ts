import { F, nn, scope, type Tensor } from '@egolens/torch'

/**
 * A stage of RegNet (Radosavovic et al. 2020) as the STC connector of VideoLLaMA2 has it: residual blocks that keep a
 * picture's size, the first one bringing its channels to `width`. Everything is channels last, [..., H, W, C], so that a
 * 1x1 convolution is one matrix product and a layer norm over channels reads memory as it lies; all leading dimensions
 * are one batch. Names are timm's: `b1.conv1.conv.weight`, `b1.conv1.bn.weight`, `b1.se.fc1.weight`,
 * `b1.downsample.conv.weight`, ...
 *
 * @example
 * new RegStage(4, 1024, 4096).forward(maps) // [B, T, 24, 24, 1024] -> [B, T, 24, 24, 4096]
 */
export class RegStage extends nn.Module {
  readonly blocks: readonly RegBlock[]

  constructor(depth: number, inWidth: number, width: number, options: nn.LayerOptions = {}) {
    super()
    this.blocks = Array.from({ length: depth }, (_, i) =>
      this.register(`b${i + 1}`, new RegBlock(i === 0 ? inWidth : width, width, options)),
    )
  }

  forward(maps: Tensor): Tensor {
    return scope(() => this.blocks.reduce((x, block) => block.forward(x), maps))
  }
}

/**
 * One block, [..., H, W, in] -> [..., H, W, out]: 1x1, 3x3 for each channel alone, squeeze and excitation, 1x1; added to
 * its input, which passes a 1x1 convolution where the widths differ.
 */
export class RegBlock extends nn.Module {
  readonly conv1: ConvNorm
  readonly conv2: ConvNorm
  readonly se: SqueezeExcite
  readonly conv3: ConvNorm
  readonly downsample: ConvNorm | null

  constructor(inWidth: number, width: number, options: nn.LayerOptions) {
    super()
    const pointwise = () => new Pointwise(inWidth, width, { ...options, bias: false })
    this.conv1 = new ConvNorm(pointwise(), options)
    this.conv2 = new ConvNorm(new Depthwise(width, options), options)
    // By the block's input width, as timm has it, not by its own.
    this.se = new SqueezeExcite(width, Math.round(0.25 * inWidth), options)
    this.conv3 = new ConvNorm(new Pointwise(width, width, { ...options, bias: false }), options)
    this.downsample = inWidth === width ? null : new ConvNorm(pointwise(), options)
  }

  /** What it makes inside is freed as soon as autograd allows. */
  forward(x: Tensor): Tensor {
    return scope(() => {
      const inner = scope(() => {
        const wide = this.conv1.forward(x).silu()
        return this.se.forward(this.conv2.forward(wide).silu())
      })
      return this.conv3
        .forward(inner)
        .add(this.downsample?.forward(x) ?? x)
        .silu()
    })
  }
}

/** A convolution, then a layer norm over channels at every place alone. */
class ConvNorm extends nn.Module {
  readonly bn: nn.LayerNorm

  constructor(
    readonly conv: Pointwise | Depthwise,
    options: nn.LayerOptions,
  ) {
    super()
    this.bn = new nn.LayerNorm(conv.outChannels, options)
  }

  forward(x: Tensor): Tensor {
    return scope(() => this.bn.forward(this.conv.forward(x)))
  }
}

/** Each channel times a gate that the means of all channels decide (Hu et al. 2018). */
class SqueezeExcite extends nn.Module {
  readonly fc1: Pointwise
  readonly fc2: Pointwise

  constructor(width: number, squeezed: number, options: nn.LayerOptions) {
    super()
    this.fc1 = new Pointwise(width, squeezed, options)
    this.fc2 = new Pointwise(squeezed, width, options)
  }

  forward(x: Tensor): Tensor {
    return scope(() => {
      const gate = this.fc2.forward(this.fc1.forward(x.mean([-3, -2], true)).silu()).sigmoid()
      return x.mul(gate)
    })
  }
}

/** A 1x1 convolution of [..., in] -> [..., out]. State: `weight` [out, in, 1, 1], `bias` [out]. */
class Pointwise extends nn.Conv2d {
  constructor(inChannels: number, outChannels: number, options: nn.ConvOptions) {
    super(inChannels, outChannels, 1, options)
  }

  override forward(x: Tensor): Tensor {
    return F.linear(x, this.weight.flatten(1), this.bias)
  }
}

/** A 3x3 convolution of each channel alone, [..., H, W, C]. State: `weight` [C, 1, 3, 3]. */
class Depthwise extends nn.Conv2d {
  constructor(channels: number, options: nn.LayerOptions) {
    super(channels, channels, 3, { ...options, padding: 1, groups: channels, bias: false })
  }

  override forward(x: Tensor): Tensor {
    const [height, width, channels] = x.shape.slice(-3) as [number, number, number]
    return scope(() => {
      const maps = x.reshape([-1, height, width, channels]).permute([0, 3, 1, 2])
      return super.forward(maps).permute([0, 2, 3, 1]).reshape(x.shape)
    })
  }
}
