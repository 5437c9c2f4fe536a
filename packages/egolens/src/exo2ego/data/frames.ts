import { scope, stack, type Tensor } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import { loadClipsPictures, normalised, type ShortClips, type VideoPictures } from '../../mllm/visual/index.js'
import type { MediaClip } from './items.js'

export interface FrameOptions {
  preprocessing: Preprocessing
  /** Frames of a clip. */
  frames: number
  /** What becomes of clips with fewer. */
  short: ShortClips
  /** Where decoded frames are held for a second use; its own, if not said. */
  cache?: FrameCache
}

/** Bytes of decoded frames that are held, unless said otherwise. */
const ROOM = 2 ** 31

/** Holds decoded frames, a byte a value, as far as they fit. Runs on the same clips may share one. */
export class FrameCache {
  readonly held = new Map<string, { clip: Promise<VideoPictures>; stays: boolean }>()

  /** @param room bytes that are left */
  constructor(private room = ROOM) {}

  /** Takes so many bytes, if there is room for them. */
  take(bytes: number): boolean {
    const fits = bytes <= this.room
    if (fits) this.room -= bytes
    return fits
  }
}

/** FFmpeg runs beside the computation; more processes at once would not be faster. */
const AT_ONCE = 4

/** Decodes the frames of clips, and holds them in its cache. */
export class ClipFrames {
  readonly #cache: FrameCache
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(private readonly options: FrameOptions) {
    this.#cache = options.cache ?? new FrameCache()
  }

  /** Whether so many clips have room in an empty cache of the usual size. */
  fits(count: number): boolean {
    return count * this.#bytes <= ROOM
  }

  /** Starts decoding what is needed next. Faults are told to whoever asks for the frames. */
  prefetch(clips: readonly MediaClip[]): void {
    for (const clip of clips) this.#held(clip).catch(() => {})
  }

  /**
   * Starts decoding clips that all will be needed, as far as there is room for them: each video in one pass. Faults are
   * told to whoever asks for the frames.
   */
  hold(clips: readonly MediaClip[]): void {
    const videos = new Map<string, Map<string, MediaClip>>()
    for (const clip of clips) {
      const key = this.#key(clip)
      const own = videos.get(clip.video) ?? new Map<string, MediaClip>()
      if (this.#cache.held.has(key) || own.has(key) || !this.#cache.take(this.#bytes)) continue
      videos.set(clip.video, own.set(key, clip))
    }
    for (const [video, own] of videos) {
      const all = this.#load(video, [...own.values()])
      ;[...own].forEach(([key, clip], i) => {
        // What spoils the pass may be another clip's: then each is decoded alone.
        const decoded = all.then(
          (found) => found[i]!,
          () => this.#decode(clip),
        )
        decoded.catch(() => {})
        this.#cache.held.set(key, { clip: decoded, stays: true })
      })
    }
  }

  /**
   * Frames of clips, normalised: [B, T, 3, S, S].
   * @param onNotice told of each of them that is not as it should be, by its place
   * @throws EgoLensError `video/...`, `mllm/short-clip`, `mllm/clip-outside` naming the video
   */
  async batch(
    clips: readonly MediaClip[],
    onNotice: (place: number, notice: string) => void = () => {},
  ): Promise<Tensor> {
    const all = await Promise.all(clips.map((clip) => this.#held(clip)))
    for (const clip of clips) this.#letGo(clip)
    all.forEach(({ notice }, i) => {
      if (notice !== undefined) onNotice(i, notice)
    })
    return scope(() => stack(all.map(({ pictures }) => normalised(pictures, this.options.preprocessing))))
  }

  #held(clip: MediaClip): Promise<VideoPictures> {
    const { held } = this.#cache
    const key = this.#key(clip)
    const before = held.get(key)
    if (before) return before.clip
    const stays = this.#cache.take(this.#bytes)
    const decoded = this.#decode(clip)
    held.set(key, { clip: decoded, stays })
    return decoded
  }

  /** What there is no room for goes once it was used. */
  #letGo(clip: MediaClip): void {
    const key = this.#key(clip)
    if (this.#cache.held.get(key)?.stays === false) this.#cache.held.delete(key)
  }

  #key({ video, start, end }: MediaClip): string {
    const { frames, short, preprocessing } = this.options
    return JSON.stringify([video, start, end, frames, short, preprocessing])
  }

  get #bytes(): number {
    const { frames, preprocessing } = this.options
    return frames * preprocessing.size ** 2 * 3
  }

  async #decode(clip: MediaClip): Promise<VideoPictures> {
    return (await this.#load(clip.video, [clip]))[0]!
  }

  /** Clips of one video, in one pass over it. */
  async #load(video: string, clips: readonly MediaClip[]): Promise<VideoPictures[]> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go))
    this.#running++
    try {
      const { preprocessing, frames, short } = this.options
      return await loadClipsPictures(video, clips, { preprocessing, frames, short })
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }
}
