import type { Random } from '../../random.js'

/** Something to ask about, by the answer that it gives. */
export type Buckets<M> = Map<string, M[]>

/** Sorts by answer, in random order within each. */
export function bucketsOf<M>(items: readonly M[], answer: (item: M) => string, random: Random): Buckets<M> {
  const buckets: Buckets<M> = new Map()
  for (const item of random.shuffle(items)) {
    const key = answer(item)
    buckets.set(key, [...(buckets.get(key) ?? []), item])
  }
  return buckets
}

/**
 * Groups of `size` items with different answers: where every one of a group is asked the same with the group's answers as
 * choices, each choice is right exactly once, and words alone tell nothing. Common answers are drawn as often as they are
 * left over, so that most items find a group.
 */
export function groupsOf<M>(buckets: Buckets<M>, size: number, random: Random): { answer: string; item: M }[][] {
  const left = new Map([...buckets].map(([answer, items]) => [answer, [...items]]))
  const groups: { answer: string; item: M }[][] = []
  while (left.size >= size) {
    const group: { answer: string; item: M }[] = []
    const open = new Map(left)
    while (group.length < size) {
      const answers = [...open.keys()]
      const answer = random.weighted(
        answers,
        answers.map((key) => open.get(key)!.length),
      )
      group.push({ answer, item: left.get(answer)!.pop()! })
      open.delete(answer)
      if (left.get(answer)!.length === 0) left.delete(answer)
    }
    groups.push(group)
  }
  return groups
}

/**
 * Rounds in which every one of a set of answers occurs exactly once: for open questions, whose words are the same in a
 * round. The answers are those with enough items, such that as many items as possible are used.
 */
export function roundsOf<M>(buckets: Buckets<M>, least = 4): { answer: string; item: M }[][] {
  const sizes = [...buckets.values()].map((items) => items.length)
  let [rounds, best] = [0, 0]
  for (let count = 1; count <= Math.max(0, ...sizes); count++) {
    const answers = sizes.filter((size) => size >= count).length
    if (answers >= least && answers * count > best) [rounds, best] = [count, answers * count]
  }
  const enough = [...buckets].filter(([, items]) => items.length >= rounds)
  return Array.from({ length: rounds }, (_, round) =>
    enough.map(([answer, items]) => ({ answer, item: items[round]! })),
  )
}
