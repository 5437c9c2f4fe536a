/**
 * Random numbers for sampling: every draw is a function of the seed and of what it is drawn for, so there is no
 * state to save and a resumed run draws what it would have drawn.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  integer(below: number): number
}

/**
 * @param keys what the numbers are for
 * @example random(1, 'order', 3).integer(10)
 */
export function random(...keys: (number | string)[]): Random {
  let state = hash(keys.join('\u0000'))
  // Mulberry32: a 32-bit counter through a mixing function; the period of 2^32 is far beyond an epoch's draws.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, integer: (below) => Math.floor(next() * below) }
}

/** 0..count-1 in a random order (Fisher-Yates). */
export function shuffled(count: number, draw: Random): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = draw.integer(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

/** FNV-1a with a final avalanche, since keys such as epochs differ in a few low bits. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
