import { metric } from './metric-names.js'
import type { Result } from './result.js'

/** Results of one row by training set and seed, verbs and nouns together. */
export function pairsOf(results: readonly Result[]): Result[] {
  const pairs = new Map<string, Result>()
  for (const result of results) {
    const key = JSON.stringify([result.trainedOn, result.seed])
    const known = pairs.get(key)
    pairs.set(key, known ? { ...known, tests: [...known.tests, ...result.tests] } : result)
  }
  return [...pairs.values()]
}

/** Whether a result is of a run that was trained on the base half of its classes. */
export const isHalved = ({ tests }: Result): boolean =>
  tests.some(({ role, values }) => role === 'within' && metric.base in values)
