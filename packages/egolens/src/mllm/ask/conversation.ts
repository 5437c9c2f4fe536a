import { type Device, Generator, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Reason } from '../generation/answer.js'
import { type Speaker, streamText } from '../generation/generate.js'
import { KeyValueCache } from '../language/cache.js'
import { joinVisuals } from '../tokenizer/join.js'
import { promptLength, tokenisePrompt } from '../tokenizer/prompt.js'
import { askedOf, conversation } from '../tokenizer/question.js'
import { type ChatTemplate, type Message, mistralTemplate } from '../tokenizer/template.js'
import { type Choice, likeliest, weighChoices } from './choices.js'
import { type AskOptions, type CheckedAsk, checkAsk } from './options.js'
import { orOutOfMemory } from './out-of-memory.js'

/** What was answered. */
export interface Reply {
  text: string
  /** Tokens that were generated, without the one that ended the answer; of the chosen answer where there were choices. */
  tokens: number
  seconds: number
  /** Why it ended; `chosen` where it is the likeliest of the choices. */
  reason: Reason | 'chosen'
  choices?: Choice[]
}

export interface ConversationOptions {
  /** Said before the first question; nothing where empty. */
  system?: string | undefined
  /** As the model was trained; Mistral's by default. */
  template?: ChatTemplate | undefined
}

/**
 * Questions on one video, each with all that was said before. What the video looks like is computed once, and the keys
 * and values of the video and of what was said are kept, so that a further question costs its own tokens. It is worded
 * as in training (`askedOf`); the video stands before the first question.
 *
 * @example
 * using talk = new Conversation({ model, tokenizer }, visual) // [1, L, W]
 * for await (const piece of talk.ask('What is cut?', { maxTokens: 32 })) process.stdout.write(piece)
 */
export class Conversation {
  readonly #visual: Tensor
  readonly #template: ChatTemplate
  readonly #cache: KeyValueCache
  readonly #system: string
  readonly #said: Message[] = []
  /** Ids whose keys and values are in the cache; the video's placeholder is one. */
  #known: number[] = []

  /** @param visual [1, L, W] what the language model sees of the video; kept, and freed by `dispose` */
  constructor(
    private readonly speaker: Speaker,
    visual: Tensor,
    { system = '', template = mistralTemplate }: ConversationOptions = {},
  ) {
    this.#visual = visual.keep()
    this.#template = template
    this.#system = system
    this.#cache = new KeyValueCache(speaker.model.config.layers)
  }

  /** Questions and answers so far. */
  get history(): readonly Message[] {
    return this.#said
  }

  /**
   * Answers a question, piece by piece; the whole answer is the iterator's last result. An answer that is cut off, by
   * its signal or because nobody reads on, leaves no trace.
   *
   * @throws EgoLensError `mllm/bad-option`, `mllm/too-long` saying by how many tokens, `mllm/out-of-memory`
   */
  async *ask(question: string, options: AskOptions = {}): AsyncGenerator<string, Reply> {
    try {
      return yield* this.#answer(question, checkAsk(options))
    } catch (error) {
      throw orOutOfMemory(error, this.speaker.model.device)
    }
  }

  async *#answer(question: string, checked: CheckedAsk): AsyncGenerator<string, Reply> {
    const began = performance.now()
    const asked = this.#asked(question, checked)
    const ids = this.#prompt(asked)
    const rest = this.#rest(ids)
    try {
      const reply = checked.choices
        ? this.#choose(rest, ids, checked.choices, checked)
        : yield* this.#generate(rest, ids, checked)
      if (checked.choices) yield reply.text
      this.#said.push(...asked, { role: 'assistant', content: reply.text })
      return { ...reply, seconds: (performance.now() - began) / 1000 }
    } finally {
      rest.dispose()
    }
  }

  dispose(): void {
    this.#cache.dispose()
    this.#visual.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** The turn that a question is; the first has the video, and the system's text before it. */
  #asked(question: string, { choices }: CheckedAsk): Message[] {
    if (this.#said.length === 0) return conversation({ question, choices }, { system: this.#system })
    return [askedOf({ question, choices }, '')]
  }

  #prompt(asked: readonly Message[]): number[] {
    const prompt = tokenisePrompt(this.speaker.tokenizer, this.#template([...this.#said, ...asked]))
    const { context } = this.speaker.model.config
    promptLength(prompt, [this.#visual.shape[1]!], { context, room: 1 })
    return prompt.ids
  }

  /**
   * Embeddings [1, L, W] of what the cache does not have. What was said is compared by tokens, so whatever is spelled
   * otherwise than it was generated is computed anew, from there on.
   */
  #rest(ids: readonly number[]): Tensor {
    const differs = ids.findIndex((id, i) => id !== this.#known[i])
    const shared = Math.min(differs < 0 ? ids.length : differs, ids.length - 1)
    this.#cache.crop(Math.min(this.#cache.length, this.#places(ids.slice(0, shared))))
    this.#known = ids.slice(0, shared)
    const left = ids.slice(shared)
    return noGrad(() =>
      scope(() => {
        const visuals = left.some((id) => id < 0) ? [this.#visual.select(0, 0)] : []
        return joinVisuals(this.speaker.model, [{ ids: left, labels: left, visuals }]).embeddings
      }),
    ).keep()
  }

  /** How many tokens ids are, with the video at its placeholder. */
  #places(ids: readonly number[]): number {
    return ids.reduce((sum, id) => sum + (id < 0 ? this.#visual.shape[1]! : 1), 0)
  }

  /** The ids that have been computed, of those that were given and said. */
  #remember(ids: readonly number[]): void {
    const kept = this.#cache.length - this.#places(ids)
    this.#known = kept >= 0 ? [...ids] : ids.slice(0, ids.length + kept)
  }

  async *#generate(
    embeddings: Tensor,
    ids: readonly number[],
    { maxTokens, temperature, topP, stop, seed, signal }: CheckedAsk,
  ): AsyncGenerator<string, Omit<Reply, 'seconds'>> {
    const generator = new Generator(seed, this.speaker.model.device as Device)
    const start = { embeddings, cache: this.#cache }
    const options = { maxNewTokens: maxTokens, temperature, topP, stop, generator, ...(signal ? { signal } : {}) }
    const { text, ids: made, reason } = yield* streamText(this.speaker, start, options)
    this.#remember([...ids, ...made])
    return { text, tokens: made.length, reason }
  }

  #choose(
    embeddings: Tensor,
    ids: readonly number[],
    texts: readonly string[],
    { likelihood }: CheckedAsk,
  ): Omit<Reply, 'seconds'> {
    const choices = weighChoices(this.speaker, { embeddings, cache: this.#cache }, texts, likelihood)
    this.#remember(ids)
    const best = likeliest(choices)
    return { text: best.text, tokens: best.tokens - 1, reason: 'chosen', choices }
  }
}
