import { type Device, type DType, fromTypedArray, type Tensor } from '@egolens/torch'
import type { Range } from './padding.js'

/** Which keys queries see. */
export interface Visibility {
  /** [B or 1, 1, L, S], 0 where a key is seen and -inf elsewhere; null where all are seen or `causal` says it. */
  added: Tensor | null
  /** Each query sees the keys up to its own place, and nothing else is to be said. */
  causal: boolean
}

export interface Sight {
  batch: number
  /** Tokens before the queries. */
  past: number
  /** Queries. */
  length: number
  /** Padded places of each row, or none at all. */
  padded: readonly (readonly Range[])[]
  /** How many real tokens a query sees, itself included. */
  window: number | null
}

/**
 * A query sees the real tokens up to its own place, at most the last `window` of them. Padded places see themselves
 * only, so that no row of the softmax is empty.
 *
 * @param options.saysCausal whether what attends knows causal order by itself
 */
export function visibility(
  sight: Sight,
  { dtype, device, saysCausal }: { dtype: DType; device: Device; saysCausal: boolean },
): Visibility {
  const { past, length, padded, window } = sight
  const total = past + length
  const plain = padded.length === 0 && (window === null || total <= window)
  if (plain && length === 1) return { added: null, causal: false }
  if (plain && past === 0 && saysCausal) return { added: null, causal: true }
  const rows: readonly (readonly Range[])[] = padded.length > 0 ? padded : [[]]
  const values = new Float32Array(rows.length * length * total).fill(Number.NEGATIVE_INFINITY)
  rows.forEach((ranges, row) => {
    mark(values.subarray(row * length * total, (row + 1) * length * total), ranges, sight)
  })
  const added = fromTypedArray(values, [rows.length, 1, length, total]).to({ dtype, device })
  return { added, causal: false }
}

/** Writes 0 over the keys that each query of one row sees. */
function mark(values: Float32Array, ranges: readonly Range[], { past, length, window }: Sight): void {
  const total = past + length
  const { places, order } = realPlaces(ranges, total)
  for (let i = 0; i < length; i++) {
    const [place, line] = [past + i, values.subarray(i * total, (i + 1) * total)]
    const rank = order[place]!
    if (rank >= 0) {
      line.fill(0, window === null ? 0 : places[Math.max(0, rank - window + 1)]!, place + 1)
      for (const [from, to] of ranges) line.fill(Number.NEGATIVE_INFINITY, from, to)
    }
    line[place] = 0
  }
}

/** The places that are not padded, and the rank of each place among them, or -1. */
function realPlaces(ranges: readonly Range[], total: number) {
  const order = new Int32Array(total)
  for (const [from, to] of ranges) order.fill(-1, from, to)
  const places: number[] = []
  for (let place = 0; place < total; place++) {
    if (order[place] === -1) continue
    order[place] = places.length
    places.push(place)
  }
  return { places, order }
}
