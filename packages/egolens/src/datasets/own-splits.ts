import { createHash } from 'node:crypto'
import { EgoLensError } from '../errors.js'
import { readEach } from './faults.js'
import type { Clip, OnFault } from './types.js'

/** A clip with what its line says of the split. */
export interface ReadClip {
  clip: Clip
  split?: string
  where: string
}

/** Gives clips without an id one of their video and times; the second of two equal ones gets "#2". */
export function nameClips(read: readonly ReadClip[], onFault?: OnFault): ReadClip[] {
  const seen = new Map<string, string>()
  const name = (one: ReadClip): ReadClip => {
    const { clip, where } = one
    const base = clip.id || `${clip.video}:${clip.start}-${clip.end}`
    if (clip.id && seen.has(clip.id)) {
      throw new EgoLensError('dataset/duplicate-id', `the id "${clip.id}" is also at ${seen.get(clip.id)}`, { where })
    }
    clip.id = base
    for (let n = 2; seen.has(clip.id); n++) clip.id = `${base}#${n}`
    seen.set(clip.id, where)
    return one
  }
  return readEach(read, name, onFault)
}

/** Splits as the column `split` says, in any case. */
export function splitByColumn(read: readonly ReadClip[], onFault?: OnFault): Map<string, Clip[]> {
  const splits = new Map<string, Clip[]>()
  const put = ({ clip, split, where }: ReadClip) => {
    const name = split?.toLowerCase()
    if (!name)
      throw new EgoLensError('dataset/no-split', 'the clip has no split', { where, cure: 'write train or test' })
    const clips = splits.get(name) ?? []
    if (clips.push(clip) === 1) splits.set(name, clips)
  }
  readEach(read, put, onFault)
  return splits
}

/** Draws whole videos for the test by a seeded hash of their names: the order of the lines does not matter. */
export function splitByVideo(
  read: readonly ReadClip[],
  share: number,
  seed: number,
  file: string,
): Map<string, Clip[]> {
  const draw = (video: string) => createHash('sha256').update(`${seed}\n${video}`).digest('hex')
  const sources = new Map(read.map(({ clip }) => [clip.source, draw(clip.video)]))
  if (sources.size < 2) {
    throw new EgoLensError('dataset/one-video', 'all clips are of one video, so none is left for the test', {
      where: file,
      cure: 'add a column "split" with train and test',
    })
  }
  const order = [...sources].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([source]) => source)
  const count = Math.min(order.length - 1, Math.max(1, Math.round(order.length * share)))
  const tests = new Set(order.slice(0, count))
  const clips = read.map(({ clip }) => clip)
  return new Map([
    ['train', clips.filter((clip) => !tests.has(clip.source))],
    ['test', clips.filter((clip) => tests.has(clip.source))],
  ])
}

/** A warning when videos are in train and in test. */
export function leaks(splits: Map<string, Clip[]>): string[] {
  const train = new Set((splits.get('train') ?? []).map((clip) => clip.source))
  const both = new Set((splits.get('test') ?? []).filter((clip) => train.has(clip.source)).map((clip) => clip.video))
  return both.size === 0
    ? []
    : [`${both.size} videos are in train and in test, so the test is easier than new videos are`]
}
