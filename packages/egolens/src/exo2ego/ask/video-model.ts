import { noGrad, scope, type Tensor } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import { type ChatTemplate, Conversation, type LanguageTokenizer, orOutOfMemory } from '../../mllm/index.js'
import { type ClipSpan, loadVideoPixels, type ShortClips } from '../../mllm/visual/index.js'
import type { ImageOptions } from '../../video/index.js'
import type { Exo2Ego, View } from '../model/model.js'
import { look } from './look.js'

export interface VideoModelParts {
  model: Exo2Ego
  tokenizer: LanguageTokenizer
  preprocessing: Preprocessing
  /** Whose image tower looks at the video. */
  view: View
  /** Frames that are looked at. */
  frames: number
  /** What becomes of clips with fewer. */
  short: ShortClips
  template: ChatTemplate
  /** Said before the first question, if nothing else is. */
  system: string
}

/** What of a video is asked about. */
export interface VideoSpan extends ClipSpan, ImageOptions {
  /** A text before the first question; that of the training where absent, none where empty. */
  system?: string | undefined
  /** What becomes of a clip with fewer frames than are looked at; as in the training where absent. */
  short?: ShortClips | undefined
}

/** A trained model that questions on videos are put to. */
export class VideoModel {
  constructor(private readonly parts: VideoModelParts) {}

  /** Frames of a video that are looked at. */
  get frames(): number {
    return this.parts.frames
  }

  /**
   * Looks at a video, once, and is ready for questions.
   *
   * @returns the conversation, and what a user ought to know of the video, such as that it is short
   * @throws EgoLensError `video/...`, `mllm/short-clip`, `mllm/clip-outside`, `mllm/out-of-memory`
   */
  async watch(video: string, span: VideoSpan = {}): Promise<{ talk: Conversation; notice?: string }> {
    const { model, tokenizer, preprocessing, frames, template } = this.parts
    const { system = this.parts.system, short = this.parts.short, ...clip } = span
    const { pixels, notice } = await loadVideoPixels(video, { ...clip, preprocessing, frames, short })
    const visual = this.#see(pixels)
    const talk = new Conversation({ model: model.llm, tokenizer }, visual, { system, template })
    return { talk, ...(notice === undefined ? {} : { notice }) }
  }

  dispose(): void {
    this.parts.model.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Frames [T, 3, S, S], which are freed, -> what the language model sees of them [1, L, W]. */
  #see(pixels: Tensor): Tensor {
    const { model, view } = this.parts
    try {
      return noGrad(() => scope(() => look(model, view, pixels.unsqueeze(0))))
    } catch (error) {
      throw orOutOfMemory(error, model.llm.device)
    } finally {
      pixels.dispose()
    }
  }
}
