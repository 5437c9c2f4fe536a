import type { Clip, Dataset } from '../datasets/types.js'
import { placeOfClip } from './clips.js'
import type { Problem, SourceReport } from './types.js'

/** What training and test share: segments, videos (by name or by content), participants. */
export function leaks(dataset: Dataset, sources: ReadonlyMap<string, SourceReport>): Problem[] {
  return pairs(dataset).flatMap(([train, test]) => {
    const [a, b] = [dataset.clips(train), dataset.clips(test)]
    const between = `${train} and ${test}`
    const meant = dataset.name === 'egtea' && train === 'train' && test === 'test'
    const severity = meant ? ('note' as const) : ('error' as const)
    const cure = meant
      ? 'the merged test splits are for models trained on other data: what is trained on split N is tested on testN'
      : 'keep whole videos in one split'
    const problem = (code: string, where: string, message: string): Problem => ({
      severity,
      code,
      where,
      message,
      cure,
    })
    const told = (code: string, shared: readonly [Clip, Clip][], words: (one: Clip, two: Clip) => string): Problem[] =>
      shared.map(([one, two]) => problem(code, placeOfClip(two), words(one, two)))

    const segments = sharedSegments(a, b)
    const count = `${segments.length} segments are in ${between}`
    const found = meant
      ? segments.slice(0, 1).map(() => problem('leak/segment', dataset.root, count))
      : [
          ...told(
            'leak/segment',
            segments,
            ({ id }, two) => `"${two.id}" overlaps with "${id}", and they are in ${between}`,
          ),
          ...told('leak/video', sharedVideos(a, b, sources), (one, two) =>
            one.source === two.source
              ? `the video ${two.video} is in ${between}`
              : `the videos ${one.video} and ${two.video} have the same content, and they are in ${between}`,
          ),
        ]
    return [...found, ...participants(a, b, between, dataset.root)]
  })
}

/** Splits that must have nothing in common. */
function pairs({ name, splits }: Dataset): [train: string, test: string][] {
  const training = splits.filter((split) => /train/.test(split))
  const others = splits.filter((split) => !/train/.test(split))
  const all = training.flatMap((train) => others.map((test): [string, string] => [train, test]))
  // EGTEA's three divisions are three ways to cut the same clips.
  return name === 'egtea' ? all.filter(([train, test]) => train.replace('train', '') === test.replace('test', '')) : all
}

/** The first clip of training that each test clip overlaps with. */
function sharedSegments(train: readonly Clip[], test: readonly Clip[]): [Clip, Clip][] {
  const bySource = grouped(train)
  return test.flatMap((clip): [Clip, Clip][] => {
    const other = bySource.get(clip.source)?.find(({ start, end }) => start < clip.end && clip.start < end)
    return other ? [[other, clip]] : []
  })
}

function grouped(clips: readonly Clip[]): Map<string, Clip[]> {
  const groups = new Map<string, Clip[]>()
  for (const clip of clips) {
    const group = groups.get(clip.source)
    if (group) group.push(clip)
    else groups.set(clip.source, [clip])
  }
  return groups
}

/** A clip of each side for every video that both have, by path or by content. */
function sharedVideos(
  train: readonly Clip[],
  test: readonly Clip[],
  sources: ReadonlyMap<string, SourceReport>,
): [Clip, Clip][] {
  const keyOf = ({ source }: Clip) => sources.get(source)?.sha256 ?? source
  const seen = new Map(train.map((clip) => [keyOf(clip), clip]))
  const told = new Set<string>()
  return test.flatMap((clip): [Clip, Clip][] => {
    const other = seen.get(keyOf(clip))
    if (!other || told.has(clip.source)) return []
    told.add(clip.source)
    return [[other, clip]]
  })
}

function participants(train: readonly Clip[], test: readonly Clip[], between: string, where: string): Problem[] {
  const known = new Set(train.map((clip) => clip.participant))
  const both = [...new Set(test.map((clip) => clip.participant))].filter(
    (name) => name !== undefined && known.has(name),
  )
  if (both.length === 0) return []
  const some = `${both.slice(0, 5).join(', ')}${both.length > 5 ? ', ...' : ''}`
  const message = `in ${between}: ${some} (${both.length} of ${known.size} in training)`
  return [{ severity: 'note', code: 'leak/participant', where, message }]
}
