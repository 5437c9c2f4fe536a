import { noGrad } from '../autograd.js'
import { zeros } from '../creation.js'
import { TorchError } from '../errors.js'
import * as ops from '../ops.generated.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { ones_, zeros_ } from './init.js'
import { Module } from './module.js'
import type { NormOptions } from './normalization.js'
import { blank } from './options.js'

export interface BatchNormOptions extends NormOptions {
  /** Weight of the newest batch in the running statistics; 0.1 by default. */
  momentum?: number
  /** Keep running statistics; true by default (false for instance normalisation). */
  trackRunningStats?: boolean
}

/** Weight, bias and running statistics by channel, which batch and instance normalisation share. */
abstract class ChannelNorm extends Module {
  readonly eps: number
  readonly momentum: number
  readonly weight: Tensor | null
  readonly bias: Tensor | null
  readonly runningMean: Tensor | null
  readonly runningVar: Tensor | null
  readonly numBatchesTracked: Tensor | null

  protected constructor(
    readonly channels: number,
    options: BatchNormOptions & { affine: boolean; trackRunningStats: boolean },
    private readonly ranks: readonly number[],
  ) {
    super()
    const { affine, trackRunningStats: track } = options
    this.eps = options.eps ?? 1e-5
    this.momentum = options.momentum ?? 0.1
    this.weight = affine ? ones_(this.parameter('weight', blank([channels], options))) : null
    this.bias = affine ? zeros_(this.parameter('bias', blank([channels], options))) : null
    this.runningMean = track ? zeros_(this.buffer('running_mean', blank([channels], options))) : null
    this.runningVar = track ? ones_(this.buffer('running_var', blank([channels], options))) : null
    const count = () => zeros([], { dtype: 'int64', ...(options.device && { device: options.device }) })
    this.numBatchesTracked = track ? this.buffer('num_batches_tracked', count()) : null
  }

  protected check(x: Tensor): void {
    if (this.ranks.includes(x.ndim)) return
    const wanted = this.ranks.join(' or ')
    throw new TorchError('BadArgument', `${this.constructor.name} takes ${wanted} dimensions, not [${x.shape}].`)
  }
}

class BatchNorm extends ChannelNorm {
  constructor(channels: number, options: BatchNormOptions, ranks: readonly number[]) {
    super(channels, { affine: true, trackRunningStats: true, ...options }, ranks)
  }

  forward(x: Tensor): Tensor {
    this.check(x)
    const counter = this.numBatchesTracked
    if (this.training && counter) noGrad(() => scope(() => void counter.add_(1)))
    const batch = this.training || !this.runningMean
    if (batch && x.numel <= x.shape[1]!) {
      throw new TorchError('BadArgument', `${this.constructor.name} needs more than one value a channel to train on.`)
    }
    const { weight, bias, runningMean, runningVar, momentum, eps } = this
    return ops.batch_norm(x, weight, bias, runningMean, runningVar, batch, momentum, eps, true)
  }
}

/**
 * Normalises each channel over the batch while training, by running statistics afterwards (Ioffe and Szegedy 2015).
 * State: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`. Input [n, c] or [n, c, l].
 */
export class BatchNorm1d extends BatchNorm {
  constructor(channels: number, options: BatchNormOptions = {}) {
    super(channels, options, [2, 3])
  }
}

/** Batch normalisation of pictures [n, c, h, w]; see {@link BatchNorm1d}. */
export class BatchNorm2d extends BatchNorm {
  constructor(channels: number, options: BatchNormOptions = {}) {
    super(channels, options, [4])
  }
}

class InstanceNorm extends ChannelNorm {
  constructor(channels: number, options: BatchNormOptions, ranks: readonly number[]) {
    super(channels, { affine: false, trackRunningStats: false, ...options }, ranks)
  }

  forward(x: Tensor): Tensor {
    this.check(x)
    const own = this.training || !this.runningMean
    const { weight, bias, runningMean, runningVar, momentum, eps } = this
    return ops.instance_norm(x, weight, bias, runningMean, runningVar, own, momentum, eps, true)
  }
}

/** Normalises each channel of each example (Ulyanov et al. 2016): [n, c, l]. Not affine by default. */
export class InstanceNorm1d extends InstanceNorm {
  constructor(channels: number, options: BatchNormOptions = {}) {
    super(channels, options, [3])
  }
}

/** Instance normalisation of pictures [n, c, h, w]; see {@link InstanceNorm1d}. */
export class InstanceNorm2d extends InstanceNorm {
  constructor(channels: number, options: BatchNormOptions = {}) {
    super(channels, options, [4])
  }
}
