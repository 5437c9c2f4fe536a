import { EgoLensError } from '../../errors.js'

/** How rows of different lengths were brought to one. */
export interface Padding {
  side: 'left' | 'right'
  /** Real tokens of each row. */
  lengths: readonly number[]
}

/** From one place up to another, which is not included. */
export type Range = readonly [from: number, to: number]

/** The padded places of each row of a batch [B, L], counted from `start`; rows without any have an empty range. */
export function paddedRanges({ side, lengths }: Padding, batch: number, length: number, start = 0): Range[] {
  if (lengths.length !== batch || lengths.some((real) => real < 0 || real > length)) {
    throw new EgoLensError(
      'mllm/bad-padding',
      `lengths [${lengths}] are not those of ${batch} rows of ${length} tokens`,
    )
  }
  return lengths.map((real) => (side === 'left' ? [start, start + length - real] : [start + real, start + length]))
}

/** Where the last real token of each row is. */
export function lastPlaces(padding: Padding | undefined, batch: number, length: number): number[] {
  if (!padding || padding.side === 'left') return Array.from({ length: batch }, () => length - 1)
  return padding.lengths.map((real) => real - 1)
}
