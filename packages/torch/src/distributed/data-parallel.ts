import { tensor as makeTensor } from '../creation.js'
import { TorchError } from '../errors.js'
import type { Module } from '../nn/module.js'
import { outsideScopes, scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { type Bucket, dealBuckets, pack, unpack } from './buckets.js'
import type { Group } from './group.js'
import { sameModel } from './same-model.js'
import type { Work } from './work.js'

export interface DataParallelOptions {
  /** The blocks whose gradients are sent as soon as they are there; the indices of `blockDone` are theirs. */
  blocks?: Iterable<Module>
  /** How much one message holds at most, default 25 MiB; a larger parameter has a message of its own. */
  bucketBytes?: number
  /** Micro-batches of one update: their gradients add up, and are sent with the last one's. Default 1. */
  gradAccumulation?: number
}

interface Sent {
  bucket: Bucket
  row: Tensor
  work: Work<void>
}

/**
 * One model on every rank of a group, each with batches of its own, that trains as one process would on all of them
 * together: gradients are summed over ranks and micro-batches and divided by the number of samples (or tokens) that were
 * seen, so ranks may have batches of different sizes, or none. A group of one works the same.
 *
 * Dropout and sampling must be seeded by rank where they are to differ. Buffers that a forward pass changes (batch
 * normalisation) stay each rank's own.
 * @example
 * const parallel = await DataParallel.open(model, group)
 * for (;;) {
 *   const batch = next()                                    // undefined when this rank's share is used up
 *   if (batch) parallel.backward(lossOf(batch), batch.size) // a mean over the batch
 *   if ((await parallel.finish()) === 0) break              // nobody had a batch
 *   optimizer.step()
 *   optimizer.zeroGrad()
 * }
 */
export class DataParallel {
  readonly #module: Module
  readonly #group: Group
  readonly #buckets: Bucket[]
  readonly #gradAccumulation: number
  #sent: Sent[] = []
  readonly #done = new Set<number>()
  #microBatches = 0
  #count = 0

  private constructor(module: Module, group: Group, options: DataParallelOptions) {
    const { blocks = [], bucketBytes = 25 << 20, gradAccumulation = 1 } = options
    if (!(bucketBytes > 0)) throw new TorchError('BadArgument', `bucketBytes is a number above 0, not ${bucketBytes}`)
    if (!Number.isSafeInteger(gradAccumulation) || gradAccumulation < 1) {
      throw new TorchError('BadArgument', `gradAccumulation is a whole number from 1, not ${gradAccumulation}`)
    }
    this.#module = module
    this.#group = group
    this.#gradAccumulation = gradAccumulation
    this.#buckets = dealBuckets(module, [...blocks], bucketBytes)
  }

  /**
   * Takes rank 0's parameters and buffers on every rank. Which parameters are trained must not change afterwards.
   *
   * @throws TorchError BadArgument where the ranks' models differ, or no parameter is trained
   */
  static async open(module: Module, group: Group, options: DataParallelOptions = {}): Promise<DataParallel> {
    const parallel = new DataParallel(module, group, options)
    await sameModel(module, group)
    return parallel
  }

  /**
   * The backward pass of a micro-batch. With checkpointed blocks it goes as far as their output; go on with
   * `run.backward((index) => parallel.blockDone(index))`.
   *
   * @param meanLoss the mean over what is counted, one element
   * @param count samples, or tokens, that it is a mean of
   */
  backward(meanLoss: Tensor, count: number): void {
    if (!(count > 0) || !Number.isFinite(count)) {
      throw new TorchError(
        'BadArgument',
        `backward: a mean is over some samples, not ${count}; leave an empty batch out`,
      )
    }
    if (this.#microBatches === this.#gradAccumulation) {
      throw new TorchError(
        'BadArgument',
        `backward: all ${this.#gradAccumulation} micro-batches of this update were given: await finish() first`,
      )
    }
    this.#microBatches++
    this.#count += count
    scope(() => meanLoss.mul(count).backward())
  }

  /** All gradients of a block are there: its messages start while earlier blocks still go backward. */
  blockDone(index: number): void {
    if (this.#microBatches < this.#gradAccumulation) return
    this.#done.add(index)
    // Every rank sends in the same order, whoever has had no batch too.
    for (let next = this.#next(); next && this.#done.has(next.block); next = this.#next()) this.#send(next)
  }

  /**
   * Sends what is not under way yet, waits for it, and leaves the mean over all samples in the parameters' gradients.
   *
   * @returns the samples that all ranks have counted; 0, and no gradients, where no rank had a batch
   * @throws TorchError RankLost, DistributedTimeout; BadArgument where other parameters are trained than at the start
   */
  async finish(): Promise<number> {
    this.#requireSameTrained()
    for (let next = this.#next(); next; next = this.#next()) this.#send(next)
    const sent = this.#sent
    const count = outsideScopes(() => makeTensor([this.#count], { dtype: 'float64', device: this.#group.device }))
    try {
      await this.#group.allReduce(count).wait()
      const total = count.item()
      for (const { bucket, row, work } of sent) {
        await work.wait()
        unpack(bucket, row, Math.max(total, 1))
      }
      return total
    } finally {
      for (const { row } of sent) row.dispose()
      count.dispose()
      this.#sent = []
      this.#done.clear()
      this.#microBatches = 0
      this.#count = 0
    }
  }

  #next(): Bucket | undefined {
    return this.#buckets[this.#sent.length]
  }

  #send(bucket: Bucket): void {
    const row = pack(bucket)
    this.#sent.push({ bucket, row, work: this.#group.allReduce(row) })
  }

  #requireSameTrained(): void {
    const now = this.#module.parameters().filter((param) => param.requiresGrad)
    const known = new Set(this.#buckets.flatMap(({ params }) => params))
    if (now.length === known.size && now.every((param) => known.has(param))) return
    throw new TorchError(
      'BadArgument',
      'finish: other parameters are trained than when the model was made data-parallel: open it again after ' +
        'requiresGrad_() or to()',
    )
  }
}
