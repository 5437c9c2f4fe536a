/** Turns a text into token ids. CLIP's own vocabulary and any tokenizer.json are behind it. */
export interface Tokenizer {
  /** Number of rows that a token embedding must have. */
  size: number
  start: number
  end: number
  /** All ids of a text, start and end included, however many there are. */
  encode(text: string): number[]
}
