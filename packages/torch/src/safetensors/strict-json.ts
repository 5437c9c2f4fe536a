import { quote } from './refuse.js'

/** A number as it is written; `count()` reads it only where it is a plain unsigned whole number. */
export class JsonNumber {
  constructor(readonly lexeme: string) {}

  /** The value of `0` or `[1-9][0-9]*` below 2^53; null for signs, fractions, exponents and larger values. */
  count(): number | null {
    if (!/^\d+$/.test(this.lexeme)) return null
    const value = Number(this.lexeme)
    return Number.isSafeInteger(value) ? value : null
  }
}

export type StrictJson = null | boolean | string | JsonNumber | StrictJson[] | Map<string, StrictJson>

export interface JsonLimits {
  readonly depth: number
  readonly values: number
}

/** A syntax error with its character position, before it becomes the package's own error. */
export class JsonSyntaxError extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WHITE = /[ \t\n\r]*/y
const LONE_SURROGATE = /\p{Surrogate}/u
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Reads one JSON document (RFC 8259) and refuses what `JSON.parse` lets pass: a key that is written twice in an
 * object, lone surrogates, nesting deeper than `depth`, and more than `values` values, so that a small text cannot take much
 * memory. Objects become Maps, so no key is special.
 * @throws JsonSyntaxError naming the position.
 */
export function parseStrictJson(text: string, limits: JsonLimits): StrictJson {
  return new Scanner(text, limits).document()
}

class Scanner {
  #at = 0
  #values = 0

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  document(): StrictJson {
    const value = this.#value(0)
    if (this.#at < this.text.length) this.#refuse('there is something after the end of the document')
    return value
  }

  #value(depth: number): StrictJson {
    if (++this.#values > this.limits.values) this.#refuse(`more than ${this.limits.values} values`)
    this.#white()
    const value = this.#bare(depth)
    this.#white()
    return value
  }

  #bare(depth: number): StrictJson {
    const first = this.text[this.#at]
    if (first === '{') return this.#object(this.#deeper(depth))
    if (first === '[') return this.#array(this.#deeper(depth))
    if (first === '"') return this.#string()
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    return new JsonNumber(this.#match(NUMBER) ?? this.#refuse('a value was expected'))
  }

  #object(depth: number): Map<string, StrictJson> {
    const object = new Map<string, StrictJson>()
    this.#at++
    this.#white()
    if (this.#skip('}')) return object
    do {
      this.#white()
      const key = this.#string()
      if (object.has(key)) this.#refuse(`the key ${quote(key)} is written twice`)
      this.#white()
      if (!this.#skip(':')) this.#refuse("':' was expected")
      object.set(key, this.#value(depth))
    } while (this.#skip(','))
    if (!this.#skip('}')) this.#refuse("',' or '}' was expected")
    return object
  }

  #array(depth: number): StrictJson[] {
    const array: StrictJson[] = []
    this.#at++
    this.#white()
    if (this.#skip(']')) return array
    do array.push(this.#value(depth))
    while (this.#skip(','))
    if (!this.#skip(']')) this.#refuse("',' or ']' was expected")
    return array
  }

  #string(): string {
    const begin = this.#at
    if (!this.#skip('"')) this.#refuse('a string was expected')
    for (let code = this.#code(); code !== QUOTE; code = this.#code()) {
      if (Number.isNaN(code)) this.#refuse('a string has no end')
      this.#at += code === BACKSLASH ? 2 : 1
    }
    this.#at++
    const value = this.#unescape(this.text.slice(begin, this.#at))
    if (LONE_SURROGATE.test(value)) this.#refuse('a string holds half of a surrogate pair')
    return value
  }

  #unescape(lexeme: string): string {
    try {
      return JSON.parse(lexeme) as string
    } catch {
      return this.#refuse('a string holds a bare control character or an unknown escape')
    }
  }

  #code(): number {
    return this.text.charCodeAt(this.#at)
  }

  #deeper(depth: number): number {
    if (depth >= this.limits.depth) this.#refuse(`nested deeper than ${this.limits.depth}`)
    return depth + 1
  }

  #white(): void {
    this.#match(WHITE)
  }

  #skip(character: string): boolean {
    if (this.text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)
    if (!found) return null
    this.#at = pattern.lastIndex
    return found[0]
  }

  #refuse(what: string): never {
    throw new JsonSyntaxError(`${what} (at character ${this.#at})`)
  }
}

const WORDS: readonly [string, StrictJson][] = [
  ['null', null],
  ['true', true],
  ['false', false],
]
