/**
 * Where each id stands, outside of the heap of JavaScript: a Set of ten million strings takes half a gigabyte there,
 * and holds 16.7 million at most.
 */
export class IdIndex {
  /** A row and one, or 0. */
  #slots: Uint32Array
  #count = 0

  constructor(
    private readonly idOf: (row: number) => string,
    expected = 0,
  ) {
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * expected + 16)))
  }

  /** Adds the id of a row. @returns the row that has the same id already, and nothing is added; or -1 */
  add(id: string, row: number): number {
    if (2 * this.#count >= this.#slots.length) this.#grow()
    const slot = this.#slotOf(id)
    const found = this.#slots[slot]!
    if (found > 0) return found - 1
    this.#slots[slot] = row + 1
    this.#count++
    return -1
  }

  #slotOf(id: string): number {
    const mask = this.#slots.length - 1
    for (let slot = hash(id) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!
      if (found === 0 || this.idOf(found - 1) === id) return slot
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * old.length)
    for (const found of old) if (found > 0) this.#slots[this.#slotOf(this.idOf(found - 1))] = found
  }
}

/** FNV-1a over UTF-16 words, its bits mixed: ids differ at their ends mostly. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value ^= value >>> 15
  return Math.imul(value, 0x2c1b3c6d) >>> 3
}
