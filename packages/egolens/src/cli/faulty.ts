import type { EgoLensError } from '../errors.js'

/** Faulty records that are told one by one. */
const TOLD = 10

/** Tells of the first faulty records, and counts all. */
export function faultTeller(say: (line: string) => void) {
  const teller = {
    faults: 0,
    onFault({ line }: EgoLensError) {
      if (teller.faults++ < TOLD) say(line)
    },
  }
  return teller
}
