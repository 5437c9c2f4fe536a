/** Pictures in memory with their captions. */
export interface WebImages {
  side: number
  count: number
  /** The i-th picture's bytes in planes: 3 x side x side. */
  planes(i: number): Uint8Array
  captions: string[]
  nouns: string[]
}

/** What a picture's maker gives: RGB rows, and what is in it. */
export interface CaptionedImage {
  rgb: Uint8Array
  caption: string
  noun: string
}

/** Gathers pictures into one block of memory, from rows of RGB to planes. */
export async function gatherImages(
  made: Iterable<CaptionedImage> | AsyncIterable<CaptionedImage>,
  count: number,
  side: number,
  tell: (done: number) => void = () => {},
): Promise<WebImages> {
  const plane = side * side
  const bytes = new Uint8Array(count * 3 * plane)
  const [captions, nouns]: [string[], string[]] = [[], []]
  for await (const { rgb, caption, noun } of made) {
    const at = captions.length * 3 * plane
    toPlanes(rgb, bytes.subarray(at, at + 3 * plane))
    captions.push(caption)
    nouns.push(noun)
    if (captions.length % 100 === 0) tell(captions.length)
    if (captions.length === count) break
  }
  return {
    side,
    count: captions.length,
    planes: (i) => bytes.subarray(i * 3 * plane, (i + 1) * 3 * plane),
    captions,
    nouns,
  }
}

/** Rows of RGB to three planes, written to `into`. */
export function toPlanes(rgb: Uint8Array, into: Uint8Array): void {
  const plane = into.length / 3
  for (let p = 0; p < plane; p++) for (let c = 0; c < 3; c++) into[c * plane + p] = rgb[3 * p + c]!
}
