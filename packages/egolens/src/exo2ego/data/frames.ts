import { scope, stack, type Tensor } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import { loadVideoPictures, normalised, type ShortClips } from '../../mllm/visual/index.js'
import type { Rgb } from '../../video/index.js'
import type { MediaClip } from './items.js'

export interface FrameOptions {
  preprocessing: Preprocessing
  /** Frames of a clip. */
  frames: number
  /** What becomes of clips with fewer. */
  short: ShortClips
  /** Bytes of decoded frames that are held for a second use. */
  hold?: number
  /** Told once of each clip that is not as it should be. */
  onNotice?: (notice: string) => void
}

/** FFmpeg runs beside the computation; more processes at once would not be faster. */
const AT_ONCE = 4

/** Decodes the frames of clips and holds those that it has room for, a byte a value. */
export class ClipFrames {
  readonly #held = new Map<string, { pictures: Promise<Rgb[]>; stays: boolean }>()
  #room: number
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(private readonly options: FrameOptions) {
    this.#room = options.hold ?? 2 ** 31
  }

  /** Starts decoding what is needed next. Faults are told to whoever asks for the frames. */
  prefetch(clips: readonly MediaClip[]): void {
    for (const clip of clips) this.#pictures(clip).catch(() => {})
  }

  /**
   * Frames of clips, normalised: [B, T, 3, S, S].
   * @throws EgoLensError `video/...`, `mllm/short-clip`, `mllm/clip-outside` naming the video
   */
  async batch(clips: readonly MediaClip[]): Promise<Tensor> {
    const all = await Promise.all(clips.map((clip) => this.#pictures(clip)))
    for (const clip of clips) this.#letGo(clip)
    return scope(() => stack(all.map((pictures) => normalised(pictures, this.options.preprocessing))))
  }

  #pictures(clip: MediaClip): Promise<Rgb[]> {
    const key = keyOf(clip)
    const before = this.#held.get(key)
    if (before) return before.pictures
    const { frames, preprocessing } = this.options
    const bytes = frames * preprocessing.size ** 2 * 3
    const stays = bytes <= this.#room
    if (stays) this.#room -= bytes
    const pictures = this.#decode(clip)
    this.#held.set(key, { pictures, stays })
    return pictures
  }

  /** What there is no room for goes once it was used. */
  #letGo(clip: MediaClip): void {
    const key = keyOf(clip)
    if (this.#held.get(key)?.stays === false) this.#held.delete(key)
  }

  async #decode({ video, start, end }: MediaClip): Promise<Rgb[]> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go))
    this.#running++
    try {
      const { preprocessing, frames, short, onNotice } = this.options
      const span = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
      const { pictures, notice } = await loadVideoPictures(video, { ...span, preprocessing, frames, short })
      if (notice) onNotice?.(notice)
      return pictures
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }
}

const keyOf = ({ video, start, end }: MediaClip) => JSON.stringify([video, start, end])
