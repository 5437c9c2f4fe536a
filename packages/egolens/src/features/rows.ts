import { fromTypedArray, type Tensor, tensor } from '@egolens/torch'
import type { FrameWindow, ImageEncoder } from '../encoders/types.js'
import type { FeatureValues } from './types.js'
import { windowTimes } from './windows.js'

/** What a group of decoded frames shows in one view, for encoders of one preprocessing. */
export interface Seen {
  /** Seconds, ascending. */
  times: readonly number[]
  /** [frames, 3, S, S] */
  pixels: Tensor
  /** Frames whose vector is to be zero, where all that it stands on are such. */
  blank: readonly boolean[]
}

/** The features of one encoder in one view, filled in as frames come in order of time. */
export interface Rows {
  readonly values: FeatureValues
  /** Rows that are filled in, the first ones. */
  readonly done: number
  /** Encodes what has become possible with these frames; `encode` measures the time. */
  add(seen: Seen, encode: (pixels: Tensor) => FeatureValues): void
}

/** @param times of the rows, ascending @param batch pictures encoded at a time */
export function openRows(encoder: ImageEncoder, times: readonly number[], batch: number): Rows {
  return encoder.window ? new WindowRows(times, encoder.width, encoder.window, batch) : new FrameRows(times, encoder)
}

/** Room for the features of so many moments: bytes where they are pixels. */
export function valuesOf({ tap, width }: ImageEncoder, moments: number): FeatureValues {
  return tap === 'pixels' ? new Uint8Array(moments * width) : new Float32Array(moments * width)
}

/** A vector a frame. */
class FrameRows implements Rows {
  readonly values: FeatureValues
  done = 0
  private readonly width: number

  constructor(
    private readonly times: readonly number[],
    encoder: ImageEncoder,
  ) {
    this.width = encoder.width
    this.values = valuesOf(encoder, times.length)
  }

  add({ times, pixels, blank }: Seen, encode: (pixels: Tensor) => FeatureValues): void {
    const own: number[] = []
    for (const [i, time] of times.entries()) if (time === this.times[this.done + own.length]) own.push(i)
    if (own.length === 0) return
    const encoded = encode(own.length === times.length ? pixels : pixels.indexSelect(0, indexes(own)))
    own.forEach((i, row) => {
      if (blank[i]) encoded.fill(0, row * this.width, (row + 1) * this.width)
    })
    this.values.set(encoded, this.done * this.width)
    this.done += own.length
  }
}

/** A vector a window of frames: frames are held until the last of the window has come. */
class WindowRows implements Rows {
  readonly values: Float32Array
  done = 0
  readonly #held = new Map<number, { pixels: Float32Array; blank: boolean }>()

  constructor(
    private readonly times: readonly number[],
    private readonly width: number,
    private readonly window: FrameWindow,
    private readonly batch: number,
  ) {
    this.values = new Float32Array(times.length * width)
  }

  add({ times, pixels, blank }: Seen, encode: (pixels: Tensor) => FeatureValues): void {
    const all = pixels.toTypedArray() as Float32Array
    const size = all.length / times.length
    times.forEach((time, i) => {
      this.#held.set(time, { pixels: all.subarray(i * size, (i + 1) * size), blank: blank[i]! })
    })
    const shape = pixels.shape.slice(1)
    for (let ready = this.#ready(); ready.length > 0; ready = this.#ready()) this.#encode(ready, shape, encode)
    const first = this.times[this.done]
    const needed = first === undefined ? Number.POSITIVE_INFINITY : windowTimes(first, this.window)[0]!
    for (const time of this.#held.keys()) if (time < needed) this.#held.delete(time)
  }

  /** The next windows whose frames are all there, as many as are encoded at a time. */
  #ready(): number[][] {
    const most = Math.max(1, Math.floor(this.batch / this.window.frames))
    const windows: number[][] = []
    while (windows.length < most && this.done + windows.length < this.times.length) {
      const window = windowTimes(this.times[this.done + windows.length]!, this.window)
      if (!this.#held.has(window.at(-1)!)) break
      windows.push(window)
    }
    return windows
  }

  #encode(windows: number[][], shape: readonly number[], encode: (pixels: Tensor) => FeatureValues): void {
    const members = windows.flatMap((times) => times.map((time) => this.#held.get(time)!))
    const size = members[0]!.pixels.length
    const all = new Float32Array(members.length * size)
    members.forEach(({ pixels }, i) => {
      all.set(pixels, i * size)
    })
    const encoded = encode(fromTypedArray(all, [windows.length, this.window.frames, ...shape]))
    windows.forEach((times, row) => {
      if (times.every((time) => this.#held.get(time)!.blank)) encoded.fill(0, row * this.width, (row + 1) * this.width)
    })
    this.values.set(encoded, this.done * this.width)
    this.done += windows.length
  }
}

const indexes = (numbers: number[]) => tensor(numbers, { dtype: 'int64' })
