import { createHash } from 'node:crypto'
import { EgoLensError } from '../errors.js'
import { IdIndex } from './id-index.js'
import { TableClip } from './table-clip.js'
import type { Clip } from './types.js'

/** Clips in the order of a file, each under a name of its own. */
export class NamedClips {
  readonly clips: Clip[] = []
  readonly #ids: IdIndex
  readonly #next = new Map<string, number>()

  constructor(expected: number) {
    this.#ids = new IdIndex((row) => this.clips[row]!.id, expected)
  }

  /**
   * A clip without an id gets one of its video and times; the second of two equal ones gets "#2".
   *
   * @throws EgoLensError `dataset/duplicate-id` naming both places, and the clip is left out
   */
  add(clip: Clip): void {
    const given = clip.id
    const base = given || `${clip.video}:${clip.start}-${clip.end}`
    clip.id = base
    for (let other = this.#add(clip); other >= 0; other = this.#add(clip)) {
      if (given) {
        const message = `the id "${given}" is also at ${TableClip.placeOf(this.clips[other]!)}`
        throw new EgoLensError('dataset/duplicate-id', message, { where: TableClip.placeOf(clip) })
      }
      const n = this.#next.get(base) ?? 2
      this.#next.set(base, n + 1)
      clip.id = `${base}#${n}`
    }
    this.clips.push(clip)
  }

  #add(clip: Clip): number {
    return this.#ids.add(clip.id, this.clips.length)
  }
}

/** The split that a column `split` says, in any case. @throws EgoLensError `dataset/no-split` */
export function splitOf(cell: string | undefined, where: string): string {
  if (cell) return cell.toLowerCase()
  throw new EgoLensError('dataset/no-split', 'the clip has no split', { where, cure: 'write train or test' })
}

/** Draws whole videos for the test by a seeded hash of their names: the order of the lines does not matter. */
export function splitByVideo(clips: readonly Clip[], share: number, seed: number, file: string): Map<string, Clip[]> {
  const draw = (video: string) => createHash('sha256').update(`${seed}\n${video}`).digest('hex')
  const names = new Map<string, string>()
  for (const { source, video } of clips) names.set(source, video)
  const sources = [...names].map(([source, video]) => [source, draw(video)] as const)
  if (sources.length < 2) {
    throw new EgoLensError('dataset/one-video', 'all clips are of one video, so none is left for the test', {
      where: file,
      cure: 'add a column "split" with train and test',
    })
  }
  const order = sources.sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([source]) => source)
  const count = Math.min(order.length - 1, Math.max(1, Math.round(order.length * share)))
  const tests = new Set(order.slice(0, count))
  return new Map([
    ['train', clips.filter((clip) => !tests.has(clip.source))],
    ['test', clips.filter((clip) => tests.has(clip.source))],
  ])
}

/** A warning when videos are in train and in test. */
export function leaks(splits: Map<string, Clip[]>): string[] {
  const [train, both] = [new Set<string>(), new Set<string>()]
  for (const { source } of splits.get('train') ?? []) train.add(source)
  for (const { source, video } of splits.get('test') ?? []) if (train.has(source)) both.add(video)
  return both.size === 0
    ? []
    : [`${both.size} videos are in train and in test, so the test is easier than new videos are`]
}
