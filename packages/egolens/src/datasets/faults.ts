import { EgoLensError } from '../errors.js'
import { TableClip } from './table-clip.js'
import type { Clip, OnFault } from './types.js'

/** What `read` makes of each item; items with a fault are left out if somebody is told, else the fault is thrown. */
export function readEach<T, R>(items: readonly T[], read: (item: T, index: number) => R, onFault?: OnFault): R[] {
  const found: R[] = []
  items.forEach((item, index) => {
    tellFaults(() => void found.push(read(item, index)), onFault)
  })
  return found
}

/** Does some work; its fault goes to whoever is to be told, else it is thrown. */
export function tellFaults(work: () => void, onFault?: OnFault): void {
  try {
    work()
  } catch (error) {
    if (!onFault || !(error instanceof EgoLensError)) throw error
    onFault(error)
  }
}

const places = new WeakMap<Clip, string>()

/** Remembers the file and line that a clip is from; a {@link TableClip} knows by itself. */
export function placed(clip: Clip, where: string): Clip {
  places.set(clip, where)
  return clip
}

/** The file and line that a clip was read from. */
export const placeOf = (clip: Clip): string | undefined => TableClip.placeOf(clip) ?? places.get(clip)
