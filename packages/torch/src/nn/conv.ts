import { TorchError } from '../errors.js'
import * as ops from '../ops.generated.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { affine_ } from './init.js'
import { Module } from './module.js'
import { blank, type LayerOptions } from './options.js'

export type Size = number | readonly number[]

export interface ConvOptions extends LayerOptions {
  stride?: Size
  /** Zeros added on each side. */
  padding?: Size
  dilation?: Size
  groups?: number
  bias?: boolean
}

/** What convolutions of every rank and both directions share. */
abstract class ConvBase extends Module {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
  abstract readonly weight: Tensor
  abstract readonly bias: Tensor | null

  protected constructor(
    protected readonly rank: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernel: Size,
    options: ConvOptions,
  ) {
    super()
    this.kernel = this.sizes('kernel', kernel)
    this.stride = this.sizes('stride', options.stride ?? 1)
    this.padding = this.sizes('padding', options.padding ?? 0)
    this.dilation = this.sizes('dilation', options.dilation ?? 1)
    this.groups = options.groups ?? 1
    if (inChannels % this.groups === 0 && outChannels % this.groups === 0) return
    const channels = `${inChannels} input and ${outChannels} output channels`
    throw new TorchError('BadArgument', `${this.constructor.name}: ${this.groups} groups do not divide ${channels}.`)
  }

  protected sizes(what: string, size: Size): readonly number[] {
    const sizes = typeof size === 'number' ? new Array<number>(this.rank).fill(size) : [...size]
    if (sizes.length === this.rank) return sizes
    throw new TorchError('BadArgument', `${this.constructor.name}: ${what} [${sizes}] needs ${this.rank} numbers.`)
  }

  protected convolve(x: Tensor, transposed: boolean, outputPadding: readonly number[]): Tensor {
    if (x.ndim !== this.rank + 2) {
      const wanted = `[n, ${this.inChannels}, and ${this.rank} sizes]`
      throw new TorchError('BadArgument', `${this.constructor.name} takes ${wanted}, not [${x.shape}].`)
    }
    const { weight, bias, stride, padding, dilation, groups } = this
    const run = (input: Tensor, kernel: Tensor, shift: Tensor | null) =>
      ops.convolution(input, kernel, shift, stride, padding, dilation, transposed, outputPadding, groups)
    if (!this.needsFloat32(x, transposed)) return run(x, weight, bias)
    return scope(() => run(x.float(), weight.float(), bias?.float() ?? null).to(x.dtype))
  }

  /**
   * On CPUs, libtorch 1.13 has no transposed convolution in bfloat16, and takes fifty times as long over the gradients of
   * one that takes each channel alone as in float32.
   */
  private needsFloat32({ dtype, device }: Tensor, transposed: boolean): boolean {
    return (
      dtype === 'bfloat16' && device === 'cpu' && (transposed || (this.groups > 1 && this.groups === this.inChannels))
    )
  }
}

class ConvNd extends ConvBase {
  readonly weight: Tensor
  readonly bias: Tensor | null

  constructor(rank: number, inChannels: number, outChannels: number, kernel: Size, options: ConvOptions) {
    super(rank, inChannels, outChannels, kernel, options)
    const shape = [outChannels, inChannels / this.groups, ...this.kernel]
    this.weight = this.parameter('weight', blank(shape, options))
    this.bias = (options.bias ?? true) ? this.parameter('bias', blank([outChannels], options)) : null
    affine_(this.weight, this.bias, options.generator)
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, false, new Array<number>(this.rank).fill(0))
  }
}

/** [n, in, l] -> [n, out, l']. State: `weight` [out, in / groups, k], `bias` [out]. */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernel: Size, options: ConvOptions = {}) {
    super(1, inChannels, outChannels, kernel, options)
  }
}

/**
 * [n, in, h, w] -> [n, out, h', w']. State: `weight` [out, in / groups, kh, kw], `bias` [out].
 * @example new nn.Conv2d(3, 768, 16, { stride: 16, bias: false }) // the patches of a ViT-B/16
 */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernel: Size, options: ConvOptions = {}) {
    super(2, inChannels, outChannels, kernel, options)
  }
}

/** [n, in, t, h, w] -> [n, out, t', h', w']. State: `weight` [out, in / groups, kt, kh, kw], `bias` [out]. */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernel: Size, options: ConvOptions = {}) {
    super(3, inChannels, outChannels, kernel, options)
  }
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Size added on one side, to choose among the input sizes that a stride maps to one. */
  outputPadding?: Size
}

/**
 * The gradient of {@link Conv2d} with respect to its input, as a layer: [n, in, h, w] -> [n, out, h', w'].
 * State: `weight` [in, out / groups, kh, kw], `bias` [out].
 */
export class ConvTranspose2d extends ConvBase {
  readonly outputPadding: readonly number[]
  readonly weight: Tensor
  readonly bias: Tensor | null

  constructor(inChannels: number, outChannels: number, kernel: Size, options: ConvTransposeOptions = {}) {
    super(2, inChannels, outChannels, kernel, options)
    this.outputPadding = this.sizes('output padding', options.outputPadding ?? 0)
    const shape = [inChannels, outChannels / this.groups, ...this.kernel]
    this.weight = this.parameter('weight', blank(shape, options))
    this.bias = (options.bias ?? true) ? this.parameter('bias', blank([outChannels], options)) : null
    affine_(this.weight, this.bias, options.generator)
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, true, this.outputPadding)
  }
}
