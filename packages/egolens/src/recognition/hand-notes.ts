import type { HandChoice } from './recogniser.models.js'

/** What an adapter's run says of its hand boxes. */
export interface HandUse {
  /** Where they came from in training. */
  trained: string
  /** Whether the method looks at hands at all. */
  used: boolean
}

/**
 * What must be said of hand boxes: that they come from elsewhere than in training, or that there are none.
 *
 * @param choice as it is given; without one, boxes come from where they came from in training
 */
export function handNotes(adapters: readonly HandUse[], choice: HandChoice | undefined, source: string): string[] {
  const looking = adapters.filter(({ used }) => used)
  const other = looking.find(({ trained }) => choice && trained !== choice.provider)
  const blind = looking.some(({ trained }) => (choice?.provider ?? trained) === 'file') && !choice?.detections?.(source)
  return [
    ...(other
      ? [`Trained with hand boxes from "${other.trained}", used with "${choice!.provider}": expect less.`]
      : []),
    ...(blind ? ['No file of hand boxes was named for this video, so no frame has a hand crop: expect less.'] : []),
  ]
}
