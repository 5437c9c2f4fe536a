/** What must hold of the small world whatever method is tried on it. */
export interface Bound {
  title: string
  /** Why a world that fails it would be no fair test. */
  reason: string
  least?: number
  most?: number
}

/** Shares are between 0 and 1; chance is one over the number of classes. */
export const bounds = {
  zeroShotNoun: (classes: number): Bound => ({
    title: 'zero-shot nouns on hand crops, top-1 over clips',
    // A full frame shows some seven things, of which one is the noun: it bounds what can be told, not what is known.
    reason: 'frozen features must carry something, and leave most to be learned',
    least: 3 / classes,
    most: 0.5,
  }),
  zeroShotVerb: (classes: number): Bound => ({
    title: 'zero-shot verbs, top-1 over clips, the better view',
    reason: 'a verb must not be told from a mean frame by its name alone',
    most: 2 / classes,
  }),
  order: (): Bound => ({
    title: 'what shuffling the frames costs the supervised probe on verbs that are each other reversed',
    reason: 'verbs must be told by what happens, not by how a frame looks',
    least: 0.1,
  }),
  hands: (): Bound => ({
    title: 'what masking the hands costs the supervised probe on nouns',
    reason: 'the noun must be the thing in the hand, not any thing in view',
    least: 0.05,
  }),
  largest: (): Bound => ({
    title: 'nouns right by taking the largest object in view',
    reason: 'the largest thing must often not be the noun',
    most: 0.4,
  }),
  ceiling: (): Bound => ({
    title: 'the supervised ceiling: verbs and nouns, the lower of the two',
    reason: 'what is asked must be there to be seen',
    least: 0.8,
  }),
} as const

export type GateName = keyof typeof bounds

export interface Gate extends Bound {
  name: GateName
  place: string
  value: number
  passed: boolean
  /** Figures behind the value. */
  details?: Record<string, number>
}

export function judge(name: GateName, place: string, bound: Bound, value: number, details?: Gate['details']): Gate {
  const passed = value >= (bound.least ?? Number.NEGATIVE_INFINITY) && value <= (bound.most ?? Number.POSITIVE_INFINITY)
  return { name, place, ...bound, value, passed, ...(details ? { details } : {}) }
}
