import { EgoLensError } from '../errors.js'
import { nearestIndex } from './grid.js'
import type { VideoFeatures } from './types.js'

/** Features of one video as they come from the store, looked up by time. */
export class StoredFeatures implements VideoFeatures {
  readonly times: Float64Array
  readonly values: Float32Array
  readonly width: number

  constructor(
    features: VideoFeatures,
    readonly every: number,
    readonly where?: string,
  ) {
    this.times = features.times
    this.values = features.values
    this.width = features.width
  }

  /**
   * Features at the grid times nearest to `times` (seconds), row-major [times.length, width].
   *
   * @throws EgoLensError `features/absent` where the nearest one is farther than the grid's spacing
   * @example
   * const values = features.at([0.5, 1, 1.5]) // 3 x width
   */
  at(times: readonly number[]): Float32Array {
    const out = new Float32Array(times.length * this.width)
    times.forEach((time, i) => {
      const index = this.#index(time)
      out.set(this.values.subarray(index * this.width, (index + 1) * this.width), i * this.width)
    })
    return out
  }

  #index(time: number): number {
    const index = this.times.length === 0 ? -1 : nearestIndex(this.times, time)
    if (index >= 0 && Math.abs(this.times[index]! - time) <= this.every * 1.000001) return index
    throw new EgoLensError('features/absent', `no feature at ${time.toFixed(3)} s`, {
      where: this.where,
      cure: 'extract the features of this clip first',
    })
  }
}
