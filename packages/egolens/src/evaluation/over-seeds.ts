import { EgoLensError } from '../errors.js'
import type { Result } from './result.js'
import { type Spread, spread } from './spread.js'

/**
 * Mean and spread over seeds of what results say, column by column.
 *
 * @param valuesOf a result's values, one a column; undefined, all or one, where it has none
 * @param where names the cells in the error: "nouns, trained on kitchen"
 * @throws EgoLensError `evaluation/same-seed` when two results are the same run
 */
export function overSeeds(
  results: readonly Result[],
  columns: number,
  valuesOf: (result: Result) => readonly (number | undefined)[] | undefined,
  where: (result: Result) => string,
): (Spread | undefined)[] {
  const bySeed = new Map<number | null, readonly (number | undefined)[]>()
  for (const result of results) {
    const found = valuesOf(result)
    if (!found) continue
    const known = bySeed.get(result.seed)
    // Without training every recipe scores the same: two such results say one thing twice.
    if (known && result.trainedOn === null && known.every((value, i) => value === found[i])) continue
    if (known) {
      throw new EgoLensError('evaluation/same-seed', `two results of "${result.name}" have seed ${result.seed}`, {
        where: where(result),
        cure: 'leave one out, or give the runs different names',
      })
    }
    bySeed.set(result.seed, found)
  }
  return Array.from({ length: columns }, (_, i) => {
    const values = [...bySeed.values()].flatMap((found) => found[i] ?? [])
    return values.length === 0 ? undefined : spread(values)
  })
}
