import { EgoLensError } from '../errors.js'
import type { Clip, OnFault } from './types.js'

/** What `read` makes of each item; items with a fault are left out if somebody is told, else the fault is thrown. */
export function readEach<T, R>(items: readonly T[], read: (item: T, index: number) => R, onFault?: OnFault): R[] {
  return items.flatMap((item, index) => {
    try {
      return [read(item, index)]
    } catch (error) {
      if (!onFault || !(error instanceof EgoLensError)) throw error
      onFault(error)
      return []
    }
  })
}

const places = new WeakMap<Clip, string>()

/** Remembers the file and line that a clip is from. */
export function placed(clip: Clip, where: string): Clip {
  places.set(clip, where)
  return clip
}

/** The file and line that a clip was read from. */
export const placeOf = (clip: Clip): string | undefined => places.get(clip)
