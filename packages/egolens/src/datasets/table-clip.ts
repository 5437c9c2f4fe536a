import type { Clip } from './types.js'

/**
 * A clip of a table of millions of rows: with its line it takes no more memory than its fields do. Fields that are
 * not given are not there, as in any other clip.
 */
export class TableClip implements Clip {
  declare id: string
  declare video: string
  declare source: string
  declare start: number
  declare end: number
  declare frameRate?: number
  declare zeroNumber?: number
  declare participant?: string
  declare narration?: string
  declare verb?: number
  declare noun?: number
  declare nouns?: number[]
  // Seen by nobody who copies, compares or prints a clip.
  readonly #path: string
  readonly #line: number

  constructor(clip: Clip, path: string, line: number) {
    this.id = clip.id
    this.video = clip.video
    this.source = clip.source
    this.start = clip.start
    this.end = clip.end
    if (clip.frameRate !== undefined) this.frameRate = clip.frameRate
    if (clip.zeroNumber !== undefined) this.zeroNumber = clip.zeroNumber
    if (clip.participant !== undefined) this.participant = clip.participant
    if (clip.narration !== undefined) this.narration = clip.narration
    if (clip.verb !== undefined) this.verb = clip.verb
    if (clip.noun !== undefined) this.noun = clip.noun
    if (clip.nouns !== undefined) this.nouns = clip.nouns
    this.#path = path
    this.#line = line
  }

  /** The file and line of a clip that was read from a table. */
  static placeOf(clip: Clip): string | undefined {
    return #path in clip ? `${clip.#path}:${clip.#line}` : undefined
  }
}

/** One string for equal ones; it does not hold the piece of the file that it was cut from. */
export class Strings {
  readonly #known = new Map<string, string>()

  constructor(
    /** So many different ones are remembered; later ones are copied one by one. */
    private readonly most = 1 << 20,
  ) {}

  one(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const own = ownText(text)
    if (this.#known.size < this.most) this.#known.set(own, own)
    return own
  }
}

/** A copy: a part of a longer string keeps all of that in memory. */
export function ownText(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text : Buffer.from(text).toString()
}
