import { StreamingDecoder } from '../tokenizer/streaming.js'
import type { LanguageTokenizer } from '../tokenizer/tokenizer.js'

/** Why an answer ended: the model said so, a stop text came, or there was no room for more. */
export type Reason = 'end' | 'stop' | 'length'

/** One row's answer as its tokens come. */
export class Answer {
  readonly ids: number[] = []
  text = ''
  reason: Reason | undefined
  readonly #decoder: StreamingDecoder
  #held = ''

  constructor(
    private readonly tokenizer: LanguageTokenizer,
    private readonly stop: readonly string[],
  ) {
    this.#decoder = new StreamingDecoder(tokenizer)
  }

  /** @returns what may be shown: text that is not, and cannot become, a stop text. */
  push(id: number): string {
    if (this.reason) return ''
    if (this.tokenizer.stops.has(id)) return this.#finish('end')
    this.ids.push(id)
    return this.#take(this.#decoder.push(id), false)
  }

  /** Ends an answer that has not ended. @returns the text that was held back */
  close(): string {
    return this.reason ? '' : this.#finish('length')
  }

  #finish(reason: Reason): string {
    const shown = this.#take(this.#decoder.end(), true)
    this.reason ??= reason
    return shown
  }

  #take(text: string, last: boolean): string {
    const all = this.#held + text
    const ends = this.stop.map((stop) => all.indexOf(stop)).filter((at) => at >= 0)
    const stopped = ends.length > 0
    if (stopped) this.reason = 'stop'
    const safe = stopped ? Math.min(...ends) : last ? all.length : all.length - held(all, this.stop)
    this.#held = stopped ? '' : all.slice(safe)
    this.text += all.slice(0, safe)
    return all.slice(0, safe)
  }
}

/** How many of the last characters may be the beginning of a stop text. */
function held(text: string, stop: readonly string[]): number {
  const longest = (end: string) => {
    for (let length = Math.min(end.length - 1, text.length); length > 0; length--) {
      if (text.endsWith(end.slice(0, length))) return length
    }
    return 0
  }
  return Math.max(0, ...stop.map(longest))
}
