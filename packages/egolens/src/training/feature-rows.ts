import { empty, fromTypedArray, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Clip } from '../datasets/types.js'

/** Above this a table holds 16-bit numbers, which is what the store keeps on disk: nothing is lost by it. */
const FLOAT32_LIMIT = 256 * 1024 ** 2

/**
 * The frames of a stream, gathered video by video into one tensor. Room for all is asked for at once, and what is not
 * written yet takes no memory: nothing is held twice.
 */
export class FeatureRows {
  private table: Tensor
  private count = 0

  /** @param expected rows; more may come, at the price of a copy */
  constructor(
    private readonly width: number,
    expected: number,
  ) {
    const dtype = expected * width * 4 > FLOAT32_LIMIT ? 'float16' : 'float32'
    this.table = noGrad(() => empty([Math.max(1, expected), width], { dtype })).keep()
  }

  /** @param values row-major, `width` a row */
  add(values: Float32Array): void {
    const rows = values.length / this.width
    if (this.count + rows > this.table.shape[0]!) this.grow(this.count + rows)
    noGrad(() =>
      scope(() => void this.table.narrow(0, this.count, rows).copy_(fromTypedArray(values, [rows, this.width]))),
    )
    this.count += rows
  }

  /** What was added, [rows, width]: whoever takes it disposes of it. */
  finish(): Tensor {
    const rows = noGrad(() => this.table.narrow(0, 0, this.count)).keep()
    this.table.dispose()
    return rows
  }

  dispose(): void {
    this.table.dispose()
  }

  private grow(least: number): void {
    const before = this.table
    const { dtype } = before
    const capacity = Math.max(least, Math.ceil(1.5 * before.shape[0]!))
    this.table = noGrad(() => empty([capacity, this.width], { dtype })).keep()
    noGrad(() => scope(() => void this.table.narrow(0, 0, this.count).copy_(before.narrow(0, 0, this.count))))
    before.dispose()
  }
}

/** At most how many frames `spacing` seconds apart lie within clips of one video, each counted once. */
export function framesWithin(clips: readonly Pick<Clip, 'start' | 'end'>[], spacing: number): number {
  let [count, covered] = [0, Number.NEGATIVE_INFINITY]
  for (const { start, end } of [...clips].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start, covered)
    // A clip between two frames has the nearer one.
    count += Math.max(0, Math.floor((end - from) / spacing)) + 2
    covered = Math.max(covered, end)
  }
  return count
}
