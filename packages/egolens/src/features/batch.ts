import { noGrad, scope, type Tensor } from '@egolens/torch'
import type { ImageEncoder, Preprocessing } from '../encoders/types.js'
import { type Frame, preprocess, type RelativeBox } from '../video/index.js'
import type { Clock } from './clock.js'
import { openRows, type Rows, valuesOf } from './rows.js'
import { canonical } from './space.js'
import type { FeatureSpace, FeatureValues, VideoFeatures, View } from './types.js'

/** One encoder looking at one view. */
export interface Lane {
  encoder: ImageEncoder
  view: View
  space: FeatureSpace
}

/** Bytes in memory of one moment's features in all lanes. */
export function bytesHeld(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, { encoder }) => sum + valuesOf(encoder, 1).byteLength, 0)
}

/**
 * Encodes one video's frames, which come in groups in order of time, for several lanes; lanes of equal preprocessing
 * share the pixels. A lane whose encoder sees windows takes the frames at `windowTimes`, any other those at the times
 * of its features.
 */
export class BatchEncoder {
  readonly #rows: Rows[]

  /**
   * @param times of the features, ascending
   * @param batch pictures encoded at a time
   */
  constructor(
    private readonly lanes: readonly Lane[],
    private readonly times: readonly number[],
    private readonly clock: Clock,
    batch = 48,
  ) {
    this.#rows = lanes.map(({ encoder }) => openRows(encoder, times, batch))
  }

  /** Features that every lane has. */
  get count(): number {
    return Math.min(...this.#rows.map(({ done }) => done))
  }

  /**
   * @param boxes where the hand view of each frame is; undefined for all of it
   * @param zero the hand view of a frame without a box is zero instead
   */
  add(frames: readonly Frame[], boxes: readonly (RelativeBox | undefined)[], zero = false): void {
    const times = frames.map(({ at }) => at)
    noGrad(() =>
      scope(() => {
        const pixels = new Map<string, Tensor>()
        this.lanes.forEach(({ encoder, view }, lane) => {
          const key = `${view} ${canonical(encoder.preprocessing)}`
          const seen =
            pixels.get(key) ?? this.clock('preprocess', () => prepare(frames, boxes, view, encoder.preprocessing))
          pixels.set(key, seen)
          const blank = frames.map((_, i) => zero && view === 'hand' && !boxes[i])
          this.#rows[lane]!.add({ times, pixels: seen, blank }, (pictures) =>
            this.clock('encode', () => encoder.encode(pictures).toTypedArray() as FeatureValues),
          )
        })
      }),
    )
  }

  /** What each lane gathered. */
  results(): { space: FeatureSpace; features: VideoFeatures<FeatureValues> }[] {
    if (this.count < this.times.length) throw new Error(`${this.times.length - this.count} features lack their frames`)
    const times = Float64Array.from(this.times)
    return this.lanes.map(({ encoder: { width }, space }, lane) => ({
      space,
      features: { times, values: this.#rows[lane]!.values, width },
    }))
  }
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
