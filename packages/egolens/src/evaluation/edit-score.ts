/**
 * Edit score of two sequences of segments (segmental Levenshtein, Lea et al., CVPR 2016): 1 - distance / length of
 * the longer. It looks at the order of actions, not at their times. In 0..1; 1 for two empty sequences.
 *
 * @param found and `truth` labels in order of time; any value that can be compared
 */
export function editScore(found: readonly (number | string)[], truth: readonly (number | string)[]): number {
  const longest = Math.max(found.length, truth.length)
  if (longest === 0) return 1
  let previous = Array.from({ length: truth.length + 1 }, (_, j) => j)
  for (const [i, label] of found.entries()) {
    const row = [i + 1]
    for (const [j, other] of truth.entries()) {
      row.push(Math.min(previous[j + 1]! + 1, row[j]! + 1, previous[j]! + (label === other ? 0 : 1)))
    }
    previous = row
  }
  return 1 - previous[truth.length]! / longest
}
