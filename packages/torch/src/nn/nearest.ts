/**
 * The candidates that look most like a name, best first: by the share of letter pairs that both have (Dice's
 * coefficient), and only where at least half agree.
 * @example nearest('visual.proj.wieght', ['visual.proj.weight', 'text.bias'], 1) // ['visual.proj.weight']
 */
export function nearest(name: string, candidates: readonly string[], count: number): string[] {
  const wanted = pairs(name)
  const scored = candidates.map((candidate) => ({ candidate, score: dice(wanted, pairs(candidate)) }))
  return scored
    .filter(({ score }) => score >= 0.5)
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

function pairs(text: string): Map<string, number> {
  const found = new Map<string, number>()
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = text.slice(i, i + 2)
    found.set(pair, (found.get(pair) ?? 0) + 1)
  }
  return found
}

function dice(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [shared, all] = [0, 0]
  for (const count of a.values()) all += count
  for (const [pair, count] of b) {
    all += count
    shared += Math.min(count, a.get(pair) ?? 0)
  }
  return all === 0 ? 0 : (2 * shared) / all
}
