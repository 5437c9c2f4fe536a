import { EgoLensError } from '../../errors.js'
import type { LanguageConfig } from '../language/config.js'

/** One turn of a conversation. A system text, where there is one, comes first. */
export interface Message {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** A piece of a prompt. */
export interface Part {
  /** A text, or a token by what it is for. */
  text?: string
  token?: 'bos' | 'eos'
  /** Whether a model is to learn it. */
  target: boolean
  /** It goes on where the piece before it has ended. */
  next?: boolean
}

/** Lays a conversation out as the model was trained to read it. */
export type ChatTemplate = (messages: readonly Message[]) => Part[]

/**
 * Mistral Instruct: `<s>[INST] user [/INST]assistant</s>[INST] user [/INST]...`, a system text standing before the
 * first user's with an empty line between. What the assistant says, and the end of it, are to be learnt.
 *
 * @throws EgoLensError `mllm/bad-conversation` where turns do not alternate, beginning with the user's
 */
export const mistralTemplate: ChatTemplate = (messages) => {
  const { system, turns } = alternating(messages)
  return [
    { token: 'bos', target: false },
    ...turns.flatMap(({ role, content }, i): Part[] => {
      if (role === 'assistant') {
        return [
          { text: content, target: true, next: true },
          { token: 'eos', target: true },
        ]
      }
      const user = i === 0 && system !== undefined ? `${system}\n\n${content}` : content
      return [{ text: `[INST] ${user} [/INST]`, target: false }]
    }),
  ]
}

/** ChatML, Qwen2's: `<|im_start|>role\ntext<|im_end|>\n` for each turn, then the start of the assistant's. */
export const chatMlTemplate: ChatTemplate = (messages) => {
  const { system, turns } = alternating(messages)
  const said = (role: string, content: string) => `<|im_start|>${role}\n${content}<|im_end|>\n`
  return turns.flatMap(({ role, content }, i): Part[] => {
    if (role === 'assistant') {
      const after: Part[] = i + 1 < turns.length ? [{ text: '\n', target: false, next: true }] : []
      return [{ text: content, target: true, next: true }, { text: '<|im_end|>', target: true, next: true }, ...after]
    }
    const before = i === 0 && system !== undefined ? said('system', system) : ''
    return [{ text: `${before}${said('user', content)}<|im_start|>assistant\n`, target: false }]
  })
}

/** How a family of language models reads conversations. */
export const templateOf = ({ family }: Pick<LanguageConfig, 'family'>): ChatTemplate =>
  family === 'qwen2' ? chatMlTemplate : mistralTemplate

/** A visual and its text, all of which is to be learnt: what pre-training reads. `ends` adds the end token. */
export function plainTemplate(text: string, { marker = '<video>', ends = false } = {}): Part[] {
  const parts: Part[] = [{ text: `${marker}\n${text}`, target: true }]
  return ends ? [...parts, { token: 'eos', target: true }] : parts
}

function alternating(messages: readonly Message[]): { system: string | undefined; turns: readonly Message[] } {
  const system = messages[0]?.role === 'system' ? messages[0].content : undefined
  const turns = system === undefined ? messages : messages.slice(1)
  const wrong = turns.findIndex(({ role }, i) => role !== (i % 2 === 0 ? 'user' : 'assistant'))
  if (turns.length > 0 && wrong < 0) return { system, turns }
  const what = turns.length === 0 ? 'there is no turn' : `turn ${wrong + 1} is the ${turns[wrong]!.role}'s`
  throw new EgoLensError('mllm/bad-conversation', `${what}; user and assistant speak in turns, the user first`, {
    cure: 'give one system text at most, at the beginning',
  })
}
