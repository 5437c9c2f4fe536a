/** A list in pieces of so many, the last with what is left. @example inPieces([1, 2, 3], 2) // [[1, 2], [3]] */
export function inPieces<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}
