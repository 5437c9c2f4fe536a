import { Tokenizer as JsonTokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

const named = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
const settings = z.looseObject({ bos_token: named.nullish(), eos_token: named.nullish(), pad_token: named.nullish() })

/** A language model's tokenizer: texts to ids and back, without tokens that nobody asked for. */
export class LanguageTokenizer {
  /** Rows that the token embedding must have. */
  readonly size: number
  readonly bos: number | undefined
  /** Ends a turn of the assistant. */
  readonly eos: number
  /** Ids after which nothing more is generated: `eos`, and what a generation_config.json adds. */
  readonly stops: ReadonlySet<number>
  readonly #inner: JsonTokenizer
  readonly #special: ReadonlySet<number>
  readonly #spaced: boolean

  /**
   * @param json the parsed tokenizer.json
   * @param config the parsed tokenizer_config.json, which names the special tokens
   * @param stops further ids that end a text
   * @throws EgoLensError `tokenizer/bad-file`
   */
  constructor(json: object, config: object, stops: readonly number[] = [], where?: string) {
    const bad = (message: string, cure?: string) => new EgoLensError('tokenizer/bad-file', message, { where, cure })
    const parsed = settings.safeParse(config)
    if (!parsed.success) throw bad(`tokenizer_config.json: ${parsed.error.issues[0]!.message}`)
    try {
      this.#inner = new JsonTokenizer(json, config)
    } catch (error) {
      throw bad(`not a tokenizer.json: ${(error as Error).message}`)
    }
    const id = (key: 'bos_token' | 'eos_token') => {
      const token = parsed.data[key]
      if (token === undefined || token === null) return undefined
      const found = this.#inner.token_to_id(token)
      if (found === undefined) throw bad(`${key} "${token}" is not in the vocabulary`)
      return found
    }
    this.size = Math.max(...this.#inner.get_vocab(true).values()) + 1
    this.bos = id('bos_token')
    const eos = id('eos_token')
    if (eos === undefined) throw bad('there is no eos_token', 'copy tokenizer_config.json beside tokenizer.json')
    this.eos = eos
    this.stops = new Set([eos, ...stops])
    const added = this.#inner.get_added_tokens_decoder()
    this.#special = new Set([...added].flatMap(([token, { special }]) => (special ? [token] : [])))
    this.#spaced = this.#inner.tokenize('a').join('').startsWith('\u2581')
  }

  /**
   * A text as it begins: SentencePiece's vocabularies (Mistral's) put a space before it, byte-level ones (Qwen2's) do
   * not. Special tokens in the text become theirs.
   */
  encode(text: string): number[] {
    return text === '' ? [] : this.#inner.encode(text, { add_special_tokens: false }).ids
  }

  /** A text that goes on where another has ended: without the space. */
  encodeNext(text: string): number[] {
    if (!this.#spaced || text === '') return this.encode(text)
    // A line feed merges with nothing, so what follows it is spelled as if it stood alone.
    const [before, all] = [this.encode('\n'), this.encode(`\n${text}`)]
    return before.every((id, i) => id === all[i]) ? all.slice(before.length) : this.encode(text)
  }

  /** The text of ids; special tokens and ids of no token leave no trace. Bytes of half a character become U+FFFD. */
  decode(ids: readonly number[]): string {
    const known = ids.filter((id) => !this.#special.has(id) && this.#inner.id_to_token(id) !== undefined)
    return known.length === 0 ? '' : this.#inner.decode(known, { clean_up_tokenization_spaces: false })
  }

  /** The id of a token by its own spelling, such as `<s>`. */
  idOf(token: string): number | undefined {
    return this.#inner.token_to_id(token)
  }
}
