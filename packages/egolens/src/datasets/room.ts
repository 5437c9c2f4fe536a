import { getHeapStatistics } from 'node:v8'
import { EgoLensError } from '../errors.js'

/** What a clip takes beside its strings, in bytes: the object, its times, its place in a list. Measured: 136. */
const CLIP = 160
/** What a string takes beside its characters. */
const STRING = 24

/** Bytes of memory for so many clips, whose own strings have so many characters together. */
export function bytesOfClips({
  rows,
  strings,
  characters,
}: {
  rows: number
  strings: number
  characters: number
}): number {
  return rows * CLIP + strings * STRING + characters
}

/**
 * Refuses what does not fit before an hour of reading ends in a crash.
 *
 * @throws EgoLensError `dataset/too-large` naming what is needed, and the limit of Node's heap and how it is raised
 */
export function checkRoom(bytes: number, what: string, where: string, heap = getHeapStatistics()): void {
  const free = heap.heap_size_limit - heap.used_heap_size
  if (bytes < free) return
  const need = Math.ceil((bytes + heap.used_heap_size) / 2 ** 20)
  const limit = Math.floor(heap.heap_size_limit / 2 ** 20)
  throw new EgoLensError(
    'dataset/too-large',
    `${what} take about ${need} MB of memory, and Node's heap may have ${limit} MB`,
    {
      where,
      cure: `set NODE_OPTIONS=--max-old-space-size=${Math.ceil((1.25 * need) / 100) * 100}, or split the table`,
    },
  )
}
