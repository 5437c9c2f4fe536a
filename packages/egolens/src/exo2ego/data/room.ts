import { EgoLensError } from '../../errors.js'
import type { Prompt } from '../../mllm/index.js'
import type { Place } from './indexed-jsonl.js'

/** How many tokens a record may be. */
export interface Room {
  /** Most tokens of a text with what is seen. */
  limit: number
  /** Tokens of what is seen. */
  visual: number
}

/** Of a line's bytes, most tokens that they can become: some characters are written as several by a tokenizer's rules. */
const tokensOfByte = 3
/** Most that a chat template adds. */
const around = 64

/** Whether a record may be too long, by its line alone, which is far sooner known than its tokens. */
export const mayBeLong = ({ bytes }: Pick<Place, 'bytes'>, { limit, visual }: Room): boolean =>
  tokensOfByte * bytes + around + visual > limit

/** @throws EgoLensError `exo2ego/too-long` saying by how much */
export function refuseLong({ id, prompt }: { id: string; prompt: Prompt }, room: Room, where: string): void {
  const { limit, visual } = room
  const text = prompt.ids.filter((token) => token >= 0).length
  const over = text + visual - limit
  if (over <= 0) return
  throw new EgoLensError(
    'exo2ego/too-long',
    `record ${id} is too long by ${over}: ${text} tokens of text and ${visual} of what is seen, where ${limit} fit`,
    {
      where,
      cure: 'shorten its text or leave it out, lower model.frames, or raise training.maxLength as far as the language model has positions',
    },
  )
}
