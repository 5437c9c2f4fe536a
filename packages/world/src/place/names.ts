/** The places that are rendered as datasets. */
export const placeNames = ['kitchen', 'workshop', 'cafe'] as const
export type PlaceName = (typeof placeNames)[number]

/**
 * A class name as a reader of the real datasets cleans it: EPIC's `board:chopping` is "chopping board", Ego4D's
 * `take_(pick,_grab,_get)` is "take", EGTEA's `Clean/Wipe` is "clean wipe".
 */
export function cleanName(place: PlaceName, key: string): string {
  if (place === 'kitchen') return key.split(':').reverse().join(' ').replaceAll('-', ' ')
  if (place === 'workshop') {
    if (key === 'nut_(tool)') return 'nut tool'
    return (key.split('(')[0] ?? key).replaceAll('_', ' ').trim()
  }
  return key.replaceAll('/', ' ').replaceAll('_', ' ').toLowerCase()
}
