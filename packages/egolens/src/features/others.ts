import { canonical, spaceId } from './space.js'
import type { FeatureStore } from './store.js'
import type { FeatureSpace } from './types.js'

/** At most so many other spaces are told of. */
const TOLD = 3

/**
 * What a store holds of a video in other spaces than the one that is wanted, nearest first: "every 0.25, not 0.125".
 *
 * @param source the video's content hash
 */
export async function otherSpaces(store: FeatureStore, wanted: FeatureSpace, source: string): Promise<string[]> {
  const found: string[][] = []
  for (const space of await store.spaces()) {
    if (spaceId(space) === spaceId(wanted) || !(await store.holds(space, source))) continue
    found.push(spaceDifferences(space, wanted))
  }
  return found
    .sort((a, b) => a.length - b.length)
    .slice(0, TOLD)
    .map((differences) => differences.join(', '))
}

/** "every 0.25, not 0.125" for each part of a space that differs; hashes are shortened. */
export function spaceDifferences(there: FeatureSpace, wanted: FeatureSpace): string[] {
  const parts = (space: FeatureSpace): Record<string, unknown> => {
    const { encoder, weights, crop, ...rest } = space
    return { weights: `${encoder} (${weights.slice(0, 12)})`, ...rest, crop: space.view === 'hand' ? crop : undefined }
  }
  const [a, b] = [parts(there), parts(wanted)]
  const same = { ...a, ...(there.weights === wanted.weights ? { weights: b.weights } : {}) }
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => {
    const [has, asked] = [shown(same[key as keyof typeof same]), shown(b[key])]
    // Only hand crops have a rule for boxes: where the view differs, that says it.
    if (has === asked || (key === 'crop' && there.view !== wanted.view)) return []
    return [`${key} ${has}, not ${asked}`]
  })
}

const shown = (value: unknown): string => (typeof value === 'object' ? canonical(value) : String(value))
