/**
 * The one error class of the toolkit. Every message says what is wrong; `where` says in which file, line or
 * key; `cure` says what would be right. The command line prints the three on one line and exits non-zero.
 *
 * @example
 * throw new EgoLensError('dataset/label-out-of-range', 'noun 300 is not a class: there are 300, numbered from 0', {
 *   where: 'train.csv:17',
 *   cure: 'subtract 1 if the labels of this file start at 1',
 * })
 */
export class EgoLensError extends Error {
  /** A stable name, `area/what`, for programs: `video/unreadable`, `recipe/unknown-key`. */
  readonly code: string
  readonly where?: string
  readonly cure?: string

  constructor(code: string, message: string, options: { where?: string; cure?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'EgoLensError'
    this.code = code
    this.where = options.where
    this.cure = options.cure
  }

  /** The whole story on one line. */
  get line(): string {
    const where = this.where ? `${this.where}: ` : ''
    const cure = this.cure ? ` (${this.cure})` : ''
    return `${where}${this.message}${cure}`
  }
}

/** Up to three of `known` that are nearest to `name` by edit distance, for "did you mean". */
export function nearest(name: string, known: Iterable<string>): string[] {
  const scored = [...known].map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
  const limit = Math.max(2, Math.floor(name.length / 2))
  return scored
    .filter((s) => s.distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((s) => s.candidate)
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost)
    }
    previous = row
  }
  return previous[b.length]!
}
