import type { LanguageTokenizer } from './tokenizer.js'

/** What a decoder shows for the bytes of a character that are not all there. */
const replacement = '\uFFFD'

/**
 * Text of ids that come one by one. What is given out is never taken back: a character whose bytes are spread over
 * tokens is held until the last of them.
 * @example
 * const decoder = new StreamingDecoder(tokenizer)
 * for (const id of ids) process.stdout.write(decoder.push(id))
 * process.stdout.write(decoder.end())
 */
export class StreamingDecoder {
  // Decoding depends on what stands before (a first token loses its space), so the last tokens that were given out are
  // decoded again beside the new ones: `#shown` of `#ids` are out.
  #ids: number[] = []
  #shown = 0

  constructor(private readonly tokenizer: Pick<LanguageTokenizer, 'decode'>) {}

  /** @returns the text that the id completes, which may be none */
  push(id: number): string {
    this.#ids.push(id)
    const text = this.#pending()
    if (text === '' || text.endsWith(replacement)) return ''
    this.#ids = this.#ids.slice(this.#shown)
    this.#shown = this.#ids.length
    return text
  }

  /** What is left at the end; bytes of half a character are dropped. */
  end(): string {
    const text = this.#pending()
    this.#ids = []
    this.#shown = 0
    return text.replace(/\uFFFD+$/, '')
  }

  #pending(): string {
    const before = this.tokenizer.decode(this.#ids.slice(0, this.#shown))
    return this.tokenizer.decode(this.#ids).slice(before.length)
  }
}
