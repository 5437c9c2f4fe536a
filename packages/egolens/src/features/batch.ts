import { noGrad, scope, type Tensor } from '@egolens/torch'
import type { ImageEncoder, Preprocessing } from '../encoders/types.js'
import { type Frame, preprocess, type RelativeBox } from '../video/index.js'
import type { Clock } from './clock.js'
import { canonical } from './space.js'
import type { FeatureSpace, VideoFeatures, View } from './types.js'

/** One encoder looking at one view. */
export interface Lane {
  encoder: ImageEncoder
  view: View
  space: FeatureSpace
}

/** Encodes batches of one video's frames for several lanes; lanes of equal preprocessing share the pixels. */
export class BatchEncoder {
  readonly #times: Float64Array
  readonly #values: Float32Array[]
  #count = 0

  constructor(
    private readonly lanes: readonly Lane[],
    capacity: number,
    private readonly clock: Clock,
  ) {
    this.#times = new Float64Array(capacity)
    this.#values = lanes.map(({ encoder }) => new Float32Array(capacity * encoder.width))
  }

  /** Frames added so far. */
  get count(): number {
    return this.#count
  }

  /**
   * @param boxes where the hand view of each frame is; undefined for all of it
   * @param zero the hand view of a frame without a box is zero instead
   */
  add(frames: readonly Frame[], boxes: readonly (RelativeBox | undefined)[], zero = false): void {
    noGrad(() =>
      scope(() => {
        const pixels = new Map<string, Tensor>()
        this.lanes.forEach(({ encoder, view }, lane) => {
          const key = `${view} ${canonical(encoder.preprocessing)}`
          const seen =
            pixels.get(key) ?? this.clock('preprocess', () => prepare(frames, boxes, view, encoder.preprocessing))
          pixels.set(key, seen)
          const encoded = this.clock('encode', () => encoder.encode(seen).toTypedArray() as Float32Array)
          if (zero && view === 'hand') clearWithoutBox(encoded, boxes, encoder.width)
          this.#values[lane]!.set(encoded, this.#count * encoder.width)
        })
      }),
    )
    frames.forEach((frame, i) => {
      this.#times[this.#count + i] = frame.at
    })
    this.#count += frames.length
  }

  /** What each lane gathered. */
  results(): { space: FeatureSpace; features: VideoFeatures }[] {
    const times = this.#times.slice(0, this.#count)
    return this.lanes.map(({ encoder: { width }, space }, lane) => ({
      space,
      features: { times, values: this.#values[lane]!.subarray(0, this.#count * width), width },
    }))
  }
}

function clearWithoutBox(rows: Float32Array, boxes: readonly (RelativeBox | undefined)[], width: number): void {
  boxes.forEach((box, i) => {
    if (!box) rows.fill(0, i * width, (i + 1) * width)
  })
}

function prepare(
  frames: readonly Frame[],
  boxes: readonly (RelativeBox | undefined)[],
  view: View,
  preprocessing: Preprocessing,
): Tensor {
  return preprocess(frames, { ...preprocessing, ...(view === 'hand' ? { crop: boxes } : {}) })
}

/** Groups of frames, with the time of waiting for them. */
export async function* batches(decoded: AsyncGenerator<Frame>, size: number, clock: Clock): AsyncGenerator<Frame[]> {
  let group: Frame[] = []
  try {
    for (;;) {
      const next = await clock('decode', () => decoded.next())
      if (!next.done) group.push(next.value)
      if (group.length === size || (next.done && group.length > 0)) {
        yield group
        group = []
      }
      if (next.done) return
    }
  } finally {
    await decoded.return(undefined)
  }
}
