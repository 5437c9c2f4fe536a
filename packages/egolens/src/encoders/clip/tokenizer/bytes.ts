/**
 * A visible character for every byte, as byte-level BPE vocabularies spell them: printable Latin-1 bytes stand for
 * themselves, the others are moved to 256 and above. The order of the keys is that of CLIP's vocabulary.
 */
export const byteCharacters: ReadonlyMap<number, string> = spellBytes()

function spellBytes(): Map<number, string> {
  const printable = [range(0x21, 0x7e), range(0xa1, 0xac), range(0xae, 0xff)].flat()
  const rest = range(0, 255).filter((byte) => !printable.includes(byte))
  return new Map([
    ...printable.map((byte): [number, string] => [byte, String.fromCodePoint(byte)]),
    ...rest.map((byte, i): [number, string] => [byte, String.fromCodePoint(256 + i)]),
  ])
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

const encoder = new TextEncoder()

/** A word as the characters of its UTF-8 bytes. */
export function spell(word: string): string[] {
  return [...encoder.encode(word)].map((byte) => byteCharacters.get(byte)!)
}
