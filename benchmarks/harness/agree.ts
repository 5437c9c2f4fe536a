import type { Bench } from './bench.js'

/** @throws where two sides' losses differ: they do not compute the same thing, and are not to be compared */
export function agree(bench: Bench, who: string, ours: number, theirs: number): void {
  bench.say(`loss: ${ours} here, ${theirs} by ${who}`)
  if (Math.abs(ours - theirs) < 1e-4 * Math.abs(ours)) return
  throw new Error(`${who} computes another loss (${theirs} for ${ours}): the two cannot be compared`)
}
