import { EgoLensError } from '../../../../errors.js'

/** A member of a JSON list or object, as text, with the line that it starts on. */
export interface JsonMember {
  /** Its name in an object. */
  key?: string
  text: string
  line: number
}

/** Longer members are no captions. */
const longest = 1 << 24

/**
 * Splits one JSON list or object that comes in pieces into its members, so that a file of any size needs the memory of
 * one of them. What the members say is left to whoever parses them.
 *
 * @example
 * const members = new JsonMembers('x.json', ({ key, text }) => console.log(key, text))
 * members.add('{"a": [1,')
 * members.add(' 2], "b": 3}') // a [1, 2], then b 3
 * members.end()
 */
export class JsonMembers {
  #depth = 0
  #text = ''
  #quoted = false
  #escaped = false
  #closed = false
  #line = 1
  #from = 1

  constructor(
    private readonly path: string,
    private readonly each: (member: JsonMember) => void,
  ) {}

  /** @throws EgoLensError `dataset/json` with file and line */
  add(piece: string): void {
    let from = 0
    for (let i = 0; i < piece.length; i++) {
      const character = piece[i]!
      if (character === '\n') this.#line++
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false
        else if (character === '\\') this.#escaped = true
        else if (character === '"') this.#quoted = false
        continue
      }
      if (character === '"') this.#quoted = true
      else if (character === '{' || character === '[') {
        if (this.#depth++ === 0) {
          this.#begin(piece.slice(from, i))
          from = i + 1
        }
      } else if (character === '}' || character === ']') {
        if (--this.#depth === 0) {
          this.#tell(piece.slice(from, i))
          this.#closed = true
          from = i + 1
        }
      } else if (character === ',' && this.#depth === 1) {
        this.#tell(piece.slice(from, i))
        from = i + 1
      }
    }
    this.#text += piece.slice(from)
    if (this.#text.length > longest) this.#wrong(`a member of more than ${longest} characters`)
  }

  /** @throws EgoLensError `dataset/json` where the file ends too early */
  end(): void {
    if (!this.#closed || this.#text.trim() !== '') this.#wrong('it is not one JSON list or object, or not all of it')
  }

  #begin(before: string): void {
    if (this.#closed || (this.#text + before).trim() !== '') this.#wrong('it is not one JSON list or object')
    this.#text = ''
    this.#from = this.#line
  }

  #tell(rest: string): void {
    const all = this.#text + rest
    const line = this.#from + (/^\s*/.exec(all)![0].match(/\n/g)?.length ?? 0)
    this.#text = ''
    this.#from = this.#line
    const text = all.trim()
    if (text === '') return
    const [named, name] = /^("(?:[^"\\]|\\.)*")\s*:/s.exec(text) ?? []
    if (named === undefined || name === undefined) this.each({ text, line })
    else this.each({ key: JSON.parse(name) as string, text: text.slice(named.length).trim(), line })
  }

  #wrong(message: string): never {
    throw new EgoLensError('dataset/json', message, { where: `${this.path}:${this.#line}` })
  }
}
