import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import {
  type ChatTemplate,
  conversation,
  type LanguageTokenizer,
  type Message,
  mistralTemplate,
  type Prompt,
  plainTemplate,
  tokenisePrompt,
} from '../../mllm/index.js'
import type { View } from '../model/model.js'
import type { StageName } from '../stages/index.js'
import { egoExoClip } from './ego-exoclip/index.js'
import { egoItRecord } from './egoit/index.js'
import { IndexedJsonl, type IndexOptions } from './indexed-jsonl.js'
import { mayBeLong, type Room, refuseLong } from './room.js'

/** A piece of a video. */
export interface MediaClip {
  /** A path that can be opened. */
  video: string
  /** Seconds; all of it where absent. */
  start?: number | undefined
  end?: number | undefined
}

/** One thing to learn from: clips of the views that a stage looks at, and a text with its labels. */
export interface StageItem {
  id: string
  clips: Partial<Record<View, MediaClip>>
  prompt: Prompt
}

/** What a stage learns from, in the file's order. */
export interface StageItems extends AsyncDisposable {
  readonly length: number
  get(index: number): Promise<StageItem>
}

export interface ItemOptions {
  /** Media paths start from here; from the file's folder where absent. */
  root?: string | undefined
  limit?: number | undefined
  /** Initialization: whose tower is trained. */
  view?: View | undefined
  /** Practice: said before every question; nothing where empty. */
  system?: string | undefined
  /** Practice: how the language model reads conversations; Mistral's by default. */
  template?: ChatTemplate | undefined
  /** Practice: prompts without a place for the video. */
  blind?: boolean | undefined
  /** How long records may be; any length where absent. */
  room?: Room | undefined
}

/** Paths of media as records have them: from a folder, unless they say where they begin. */
export const mediaIn = (root: string) => (media: string) => (isAbsolute(media) ? media : join(root, media))

/** A caption of a video or a piece of it, as `egolens build captions` writes them. */
const captionRecord = z.strictObject({
  media: z.string().min(1),
  start: z.number().min(0).optional(),
  end: z.number().optional(),
  caption: z.string().trim().min(1),
})

/**
 * Opens the records of a stage: captions for initialization, pairs of Ego-ExoClip for stages 1 and 2 (every view from
 * outside is an item), EgoIT for stage 3.
 *
 * @throws EgoLensError `dataset/...` with file and line, `exo2ego/too-long` naming the record
 */
export async function openItems(
  stage: StageName,
  path: string,
  tokenizer: LanguageTokenizer,
  options: ItemOptions = {},
): Promise<StageItems> {
  const { root = dirname(path), view = 'exo', system, template = mistralTemplate, blind = false } = options
  const at = mediaIn(root)
  const caption = (text: string) => tokenisePrompt(tokenizer, plainTemplate(text, { ends: true }))
  switch (stage) {
    case 'initialization':
      return open(path, captionRecord, options, ({ media, start, end, caption: text }, _, index) => ({
        id: `${index}`,
        clips: { [view]: { video: at(media), start, end } },
        prompt: caption(text),
      }))
    case 'preparation':
    case 'guidance': {
      const perView = { ...options, count: ({ exo }: z.output<typeof egoExoClip>) => exo.length }
      return open(path, egoExoClip, perView, ({ id, text, start, end, ego, exo }, part) => {
        const { camera, video } = exo[part]!
        const clip = (path: string) => ({ video: at(path), start, end })
        const clips = { exo: clip(video), ...(stage === 'guidance' ? { ego: clip(ego) } : {}) }
        return { id: `${id} ${camera}`, clips, prompt: caption(text) }
      })
    }
    case 'practice':
      return open(path, egoItRecord, options, (record, _, index) => ({
        id: record.id ?? `${index}`,
        clips: { ego: { video: at(record.video), start: record.start, end: record.end } },
        prompt: tokenisePrompt(tokenizer, template(answered(record, system, blind ? '' : '<video>'))),
      }))
  }
}

function answered(record: z.output<typeof egoItRecord>, system: string | undefined, marker: string): Message[] {
  return [...conversation(record, { system, marker }), { role: 'assistant', content: record.answer }]
}

async function open<T>(
  path: string,
  schema: z.ZodType<T>,
  { limit, count, room, system = '' }: Pick<IndexOptions<T>, 'count'> & ItemOptions,
  make: (record: T, part: number, index: number) => StageItem,
): Promise<StageItems> {
  const said = Buffer.byteLength(system)
  const check: IndexOptions<T>['check'] = room
    ? (record, { bytes, where, item }) => {
        if (mayBeLong({ bytes: bytes + said }, room)) refuseLong(make(record, 0, item), room, where)
      }
    : undefined
  const file = await IndexedJsonl.open(path, schema, { limit, check, ...(count ? { count } : {}) })
  return {
    length: file.length,
    get: async (index) => {
      const { record, part } = await file.get(index)
      return make(record, part, index)
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}
