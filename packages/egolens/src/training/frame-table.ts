import { type Tensor, tensor } from '@egolens/torch'
import type { Clip } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { firstAtLeast } from '../features/grid.js'
import type { VideoFeatures, VideoPixels, View } from '../features/types.js'
import { type Progress, silent } from '../progress.js'
import { FeatureRows, framesWithin } from './feature-rows.js'
import { PixelTable } from './pixel-table.js'

/** One kind of feature: which of a method's two encoders, or the frames that the first would see; which view. */
export interface Stream {
  encoder: 'image' | 'context' | 'pixels'
  view: View
}

/** Where features come from: the feature store, or memory in a test. */
export interface FeatureSource {
  /** Streams with equal keys are one and the same: they are read and held once. */
  key(stream: Stream): string
  /** Features of a video, or undefined where there are none. */
  read(stream: Stream, source: string): Promise<VideoFeatures | undefined>
  /** Frames of a video for a stream of pixels, mapped anew in each call; absent where a source has features alone. */
  pixels?(stream: Stream, source: string): Promise<VideoPixels | undefined>
  /** What there is of a video with other settings, in words, for the error that says that there is none. */
  others?(stream: Stream, source: string): Promise<string[]>
}

/**
 * All frames of a set of clips, so that a batch is one gather: features in memory, one [rows, d] tensor a stream, pixels
 * in mapped files. Frames that clips share are held once; every stream has the same moments in the same rows.
 */
export class FrameTable {
  private constructor(
    readonly clips: readonly Clip[],
    private readonly source: FeatureSource,
    private readonly streams: Map<string, Tensor | PixelTable>,
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
    const builder = new Builder(clips.length, [...bySource.values()])
    const missing: Clip[] = []
    let done = 0
    try {
      for (const [video, members] of bySource) {
        const found = await Promise.all([...unique.values()].map((stream) => read(source, stream, video)))
        builder.add([...unique.keys()], found, members, missing)
        progress({ task, done: ++done, total: bySource.size, unit: 'videos' })
      }
      if (missing.length > 0) throw await noFeatures(missing, clips.length, source, [...unique.values()])
      return new FrameTable(clips, source, builder.finish(), builder.rows, builder.counts)
    } catch (error) {
      builder.dispose()
      throw error
    }
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
   * Features of chosen frames, or their pixels.
   * @param clips indexes of clips
   * @param frames for each clip, indexes of its own frames, N each
   * @returns [clips, N, d] float32; of pixels [clips, N, 3, S, S], normalised
   */
  gather(stream: Stream, clips: number[], frames: number[][]): Tensor {
    const held = this.streams.get(this.source.key(stream))!
    const picks = clips.map((clip, i) => frames[i]!.map((frame) => this.rows[clip]! + frame))
    if (held instanceof PixelTable) return held.gather(picks)
    const rows = held.indexSelect(0, tensor(picks.flat(), { dtype: 'int64' }))
    return rows.float().view([clips.length, frames[0]?.length ?? 0, held.shape[1]!])
  }

  dispose(): void {
    for (const held of this.streams.values()) held.dispose()
  }
}

type Found = VideoFeatures | VideoPixels | undefined

async function read(source: FeatureSource, stream: Stream, video: string): Promise<Found> {
  return stream.encoder === 'pixels' ? source.pixels?.(stream, video) : source.read(stream, video)
}

interface Member {
  clip: Clip
  index: number
}

/** Collects rows video by video. */
class Builder {
  readonly rows: Int32Array
  readonly counts: Int32Array
  private readonly features = new Map<string, FeatureRows>()
  private readonly pixels = new Map<string, PixelTable>()
  private total = 0

  /** @param members the clips of each video */
  constructor(
    clips: number,
    private readonly members: Member[][],
  ) {
    this.rows = new Int32Array(clips)
    this.counts = new Int32Array(clips)
  }

  add(keys: string[], streams: Found[], members: Member[], missing: Clip[]): void {
    const found = streams.filter((one) => one !== undefined)
    const times = found.length === streams.length ? commonTimes(found) : new Float64Array()
    if (times.length === 0) {
      missing.push(...members.map(({ clip }) => clip))
      for (const one of found) if ('bytes' in one) one.bytes.dispose()
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
      this.hold(key, found[k]!, rowsOf(found[k]!.times, times, used, count), spacing)
    })
    this.total += count
  }

  private hold(key: string, found: VideoFeatures | VideoPixels, rows: Int32Array, spacing: number): void {
    if ('bytes' in found) {
      const table = this.pixels.get(key) ?? new PixelTable()
      table.add(found, rows)
      this.pixels.set(key, table)
      return
    }
    const table = this.features.get(key) ?? new FeatureRows(found.width, this.expected(spacing))
    this.features.set(key, table)
    table.add(pick(found, rows))
  }

  /** Rows to come, by the first video's frames: all have one grid. */
  private expected(spacing: number): number {
    return this.members.reduce(
      (sum, members) =>
        sum +
        framesWithin(
          members.map(({ clip }) => clip),
          spacing,
        ),
      0,
    )
  }

  /** Frees what came to nothing. */
  dispose(): void {
    for (const table of [...this.pixels.values(), ...this.features.values()]) table.dispose()
  }

  finish(): Map<string, Tensor | PixelTable> {
    const held = new Map<string, Tensor | PixelTable>(this.pixels)
    for (const [key, table] of this.features) held.set(key, table.finish())
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
function commonTimes(found: { times: Float64Array }[]): Float64Array {
  const [first, ...others] = found
  const keep = others.map(({ times }) => new Set(times))
  return first!.times.filter((time) => keep.every((set) => set.has(time)))
}

/** Which of a video's frames are the used ones of those that all its streams have. */
function rowsOf(times: Float64Array, wanted: Float64Array, used: Uint8Array, count: number): Int32Array {
  const rows = new Int32Array(count)
  let [from, at] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    if (!used[i]) continue
    while (times[from]! < wanted[i]!) from++
    rows[at++] = from
  }
  return rows
}

function pick({ values, width }: VideoFeatures, rows: Int32Array): Float32Array {
  const picked = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * width, (row + 1) * width), i * width)
  })
  return picked
}

async function noFeatures(
  missing: Clip[],
  total: number,
  source: FeatureSource,
  streams: Stream[],
): Promise<EgoLensError> {
  const some = missing.slice(0, 3).map((clip) => clip.id)
  const more = missing.length > some.length ? ', ...' : ''
  const others = new Set<string>()
  for (const stream of streams) {
    if (await source.read(stream, missing[0]!.source)) continue
    const found = (await source.others?.(stream, missing[0]!.source)) ?? []
    for (const other of found) others.add(`; its video has features with ${other}`)
  }
  const message = `${missing.length} of ${total} clips have no features: ${some.join(', ')}${more}${[...others].join('')}`
  return new EgoLensError('training/no-features', message, { cure: 'run egolens extract with the same recipe first' })
}
