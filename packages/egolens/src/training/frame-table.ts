import type { DType, Tensor } from '@egolens/torch'
import { empty, fromTypedArray, noGrad, scope, tensor } from '@egolens/torch'
import type { Clip } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { firstAtLeast } from '../features/grid.js'
import type { VideoFeatures, View } from '../features/types.js'
import { type Progress, silent } from '../progress.js'

/** One kind of feature: which of a method's two encoders, which view of the frame. */
export interface Stream {
  encoder: 'image' | 'context'
  view: View
}

/** Where features come from: the feature store, or memory in a test. */
export interface FeatureSource {
  /** Streams with equal keys are one and the same: they are read and held once. */
  key(stream: Stream): string
  /** Features of a video, or undefined where there are none. */
  read(stream: Stream, source: string): Promise<VideoFeatures | undefined>
}

/** Above this a table holds 16-bit numbers, which is what the store keeps on disk. */
const FLOAT32_LIMIT = 2 * 1024 ** 3

/**
 * All frames of a set of clips in memory, one [rows, d] tensor a stream, so that a batch is one gather. Frames that
 * clips share are held once; every stream has the same moments in the same rows.
 */
export class FrameTable {
  private constructor(
    readonly clips: readonly Clip[],
    private readonly source: FeatureSource,
    private readonly streams: Map<string, Tensor>,
    private readonly rows: Int32Array,
    private readonly counts: Int32Array,
  ) {}

  /**
   * @param streams what the method needs
   * @throws EgoLensError `training/no-features` naming the clips that have none
   */
  static async load(
    clips: readonly Clip[],
    source: FeatureSource,
    streams: Stream[],
    { progress = silent, task = 'features' }: { progress?: Progress; task?: string } = {},
  ): Promise<FrameTable> {
    const unique = new Map(streams.map((stream) => [source.key(stream), stream]))
    const bySource = new Map<string, Member[]>()
    clips.forEach((clip, index) => {
      const members = bySource.get(clip.source) ?? []
      members.push({ clip, index })
      bySource.set(clip.source, members)
    })
    const builder = new Builder(clips.length)
    const missing: Clip[] = []
    let done = 0
    for (const [video, members] of bySource) {
      const found = await Promise.all([...unique.values()].map((stream) => source.read(stream, video)))
      if (found.every((features) => features !== undefined && features.times.length > 0)) {
        builder.add([...unique.keys()], found as VideoFeatures[], members, missing)
      } else missing.push(...members.map(({ clip }) => clip))
      progress({ task, done: ++done, total: bySource.size, unit: 'videos' })
    }
    if (missing.length > 0) throw noFeatures(missing, clips.length)
    return new FrameTable(clips, source, builder.finish(), builder.rows, builder.counts)
  }

  /** Streams with equal keys hold the same features. */
  keyOf(stream: Stream): string {
    return this.source.key(stream)
  }

  /** Frames of a clip. */
  length(clip: number): number {
    return this.counts[clip]!
  }

  /**
   * Features of chosen frames.
   * @param clips indexes of clips
   * @param frames for each clip, indexes of its own frames, N each
   * @returns [clips, N, d] float32
   */
  gather(stream: Stream, clips: number[], frames: number[][]): Tensor {
    const held = this.streams.get(this.source.key(stream))!
    const picks = clips.flatMap((clip, i) => frames[i]!.map((frame) => this.rows[clip]! + frame))
    const rows = held.indexSelect(0, tensor(picks, { dtype: 'int64' }))
    return rows.float().view([clips.length, frames[0]?.length ?? 0, held.shape[1]!])
  }

  dispose(): void {
    for (const held of this.streams.values()) held.dispose()
  }
}

interface Member {
  clip: Clip
  index: number
}

/** Collects rows video by video. */
class Builder {
  readonly rows: Int32Array
  readonly counts: Int32Array
  private readonly chunks = new Map<string, { values: Float32Array; width: number }[]>()
  private total = 0

  constructor(clips: number) {
    this.rows = new Int32Array(clips)
    this.counts = new Int32Array(clips)
  }

  add(keys: string[], found: VideoFeatures[], members: Member[], missing: Clip[]): void {
    const times = commonTimes(found)
    if (times.length === 0) {
      missing.push(...members.map(({ clip }) => clip))
      return
    }
    const spacing = smallestStep(times)
    const there = members.filter(({ clip }) => isThere(times, clip, spacing))
    missing.push(...members.filter((member) => !there.includes(member)).map(({ clip }) => clip))
    const used = new Uint8Array(times.length)
    const ranges = there.map(({ clip }) => frameRange(times, clip.start, clip.end))
    for (const [from, to] of ranges) used.fill(1, from, to)
    const rowOf = new Int32Array(times.length)
    let count = 0
    for (let i = 0; i < times.length; i++) rowOf[i] = used[i] ? count++ : -1
    there.forEach(({ index }, m) => {
      const [from, to] = ranges[m]!
      this.rows[index] = this.total + rowOf[from]!
      this.counts[index] = to - from
    })
    keys.forEach((key, k) => {
      const chunks = this.chunks.get(key) ?? []
      chunks.push(pick(found[k]!, times, used, count))
      this.chunks.set(key, chunks)
    })
    this.total += count
  }

  finish(): Map<string, Tensor> {
    const held = new Map<string, Tensor>()
    for (const [key, chunks] of this.chunks) {
      const width = chunks[0]?.width ?? 0
      const dtype: DType = this.total * width * 4 > FLOAT32_LIMIT ? 'float16' : 'float32'
      const table = empty([this.total, width], { dtype }).keep()
      let row = 0
      while (chunks.length > 0) {
        const { values } = chunks.shift()!
        const count = values.length / width
        noGrad(() => scope(() => void table.narrow(0, row, count).copy_(fromTypedArray(values, [count, width]))))
        row += count
      }
      held.set(key, table)
    }
    return held
  }
}

/** Frames within [start, end); the nearest one where a clip is too short to have any. */
export function frameRange(times: Float64Array, start: number, end: number): [number, number] {
  const from = firstAtLeast(times, start - 1e-6)
  const to = firstAtLeast(times, end - 1e-6)
  if (to > from) return [from, to]
  const middle = (start + end) / 2
  const right = Math.min(times.length - 1, firstAtLeast(times, middle))
  const left = Math.max(0, right - 1)
  const nearest = Math.abs(times[left]! - middle) <= Math.abs(times[right]! - middle) ? left : right
  return [nearest, nearest + 1]
}

/** False where features begin well after the clip, or its only frame is far off: other clips of the video have them. */
function isThere(times: Float64Array, { start, end }: Clip, spacing: number): boolean {
  const [from, to] = frameRange(times, start, end)
  return times[from]! <= start + 2 * spacing && times[to - 1]! >= start - spacing
}

function smallestStep(times: Float64Array): number {
  let smallest = Number.POSITIVE_INFINITY
  for (let i = 1; i < times.length; i++) smallest = Math.min(smallest, times[i]! - times[i - 1]!)
  return smallest
}

/** Moments that every stream has: a video may have been cut short while one of its views was found. */
function commonTimes(found: VideoFeatures[]): Float64Array {
  const [first, ...others] = found
  const keep = others.map(({ times }) => new Set(times))
  return first!.times.filter((time) => keep.every((set) => set.has(time)))
}

function pick({ times, values, width }: VideoFeatures, wanted: Float64Array, used: Uint8Array, count: number) {
  const picked = new Float32Array(count * width)
  let [from, row] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    if (!used[i]) continue
    while (times[from]! < wanted[i]!) from++
    picked.set(values.subarray(from * width, (from + 1) * width), row++ * width)
  }
  return { values: picked, width }
}

function noFeatures(missing: Clip[], total: number): EgoLensError {
  const some = missing.slice(0, 3).map((clip) => clip.id)
  const more = missing.length > some.length ? ', ...' : ''
  const message = `${missing.length} of ${total} clips have no features: ${some.join(', ')}${more}`
  return new EgoLensError('training/no-features', message, { cure: 'run egolens extract with the same recipe first' })
}
