import { placeOf } from '../datasets/faults.js'
import type { Dataset } from '../datasets/index.js'
import type { Clip } from '../datasets/types.js'
import type { Problem, SourceReport } from './types.js'

/** A clip's file and line, or its id where the reader does not know it. */
export const placeOfClip = (clip: Clip): string => placeOf(clip) ?? clip.id

/** Segments of one split that are there twice, or that leave their video. */
export function clipProblems(dataset: Dataset, split: string, sources: ReadonlyMap<string, SourceReport>): Problem[] {
  const clips = dataset.clips(split)
  return [...repeated(clips), ...clips.flatMap((clip) => outside(clip, sources.get(clip.source)))]
}

function outside(clip: Clip, video: SourceReport | undefined): Problem[] {
  const place = { severity: 'error' as const, where: placeOfClip(clip) }
  const found: Problem[] = []
  if (clip.start < 0) {
    found.push({ ...place, code: 'clip/before-start', message: `"${clip.id}" starts at ${clip.start.toFixed(2)} s` })
  }
  // Where a broken video would have ended is not known.
  if (!video?.ok || !video.duration) return found
  const slack = Math.max(0.1, 2 / (video.frameRate || 1))
  if (clip.end <= video.duration + slack) return found
  const [start, end, duration] = [clip.start, clip.end, video.duration].map((value) => value.toFixed(2))
  const message =
    clip.start >= video.duration
      ? `"${clip.id}" is at ${start}-${end} s of a video that ends at ${duration} s`
      : `"${clip.id}" ends at ${end} s, its video at ${duration} s`
  const cure = 'times are seconds of this very file: see whether it is cut, or the times are of another one'
  return [...found, { ...place, code: 'clip/beyond-end', message, cure }]
}

function repeated(clips: readonly Clip[]): Problem[] {
  const seen = new Map<string, Clip>()
  return clips.flatMap((clip): Problem[] => {
    const key = JSON.stringify([clip.source, clip.start, clip.end])
    const other = seen.get(key)
    if (!other) {
      seen.set(key, clip)
      return []
    }
    const same = other.verb === clip.verb && other.noun === clip.noun
    return [
      {
        severity: same ? 'error' : 'note',
        code: same ? 'clip/repeated' : 'clip/two-labels',
        where: placeOfClip(clip),
        message: same
          ? `"${clip.id}" is the same segment with the same labels as "${other.id}"`
          : `"${clip.id}" is the same segment as "${other.id}", with other labels`,
        cure: `the other is at ${placeOfClip(other)}`,
      },
    ]
  })
}
