import type { Description, Take, TakeAnnotation } from '../../../datasets/ego-exo4d.js'

/** One annotator's narrations of a take, in order of time. */
export interface Sequence {
  annotation: string
  annotator: string
  descriptions: Description[]
}

/** A take that passes the filters. */
export interface Selected {
  take: Take & { ego: string }
  sequences: Sequence[]
}

/** What became of every take, annotation and narration. */
export interface SelectionCounts {
  takes: {
    annotated: number
    kept: number
    /** Not in takes.json, so that no video can be found. */
    withoutUid: number
    /** Of the validation or test set of a benchmark. */
    heldOut: number
    dropped: number
    /** No narration is left of them. */
    withoutNarrations: number
    /** No video of the wearer, or none from outside. */
    withoutVideos: number
  }
  annotations: { kept: number; rejected: number; empty: number }
  /** `beyondEnd`: after the video's end. */
  narrations: { kept: number; beyondEnd: number }
}

/**
 * Exo2Ego's filters (section 3.1): takes without narrations, without a mapping from uid to videos, and those of
 * benchmarks' validation and test sets go; so do annotations that were rejected.
 *
 * @param heldOut whether a take, by uid or name, belongs to validation or test
 */
export function selectTakes(
  takes: readonly Take[],
  annotations: ReadonlyMap<string, readonly TakeAnnotation[]>,
  heldOut: (take: { uid: string; name?: string }) => boolean,
): { selected: Selected[]; counts: SelectionCounts } {
  const byUid = new Map(takes.map((take) => [take.uid, take]))
  const counts: SelectionCounts = {
    takes: { annotated: 0, kept: 0, withoutUid: 0, heldOut: 0, dropped: 0, withoutNarrations: 0, withoutVideos: 0 },
    annotations: { kept: 0, rejected: 0, empty: 0 },
    narrations: { kept: 0, beyondEnd: 0 },
  }
  const selected: Selected[] = []
  for (const [uid, own] of annotations) {
    const take = byUid.get(uid)
    counts.takes.annotated++
    if (heldOut(take ?? { uid })) counts.takes.heldOut++
    else if (!take) counts.takes.withoutUid++
    else if (take.dropped) counts.takes.dropped++
    else if (take.ego === undefined || take.exo.length === 0) counts.takes.withoutVideos++
    else {
      const sequences = sequencesOf(own, take.duration, counts)
      if (sequences.length) selected.push({ take: { ...take, ego: take.ego }, sequences })
      else counts.takes.withoutNarrations++
    }
  }
  counts.takes.kept = selected.length
  return { selected, counts }
}

function sequencesOf(annotations: readonly TakeAnnotation[], duration: number, counts: SelectionCounts): Sequence[] {
  return annotations.flatMap(({ uid, annotator, rejected, descriptions }) => {
    const within = descriptions.filter(({ time }) => time < duration)
    if (rejected) counts.annotations.rejected++
    else if (within.length === 0) counts.annotations.empty++
    else counts.annotations.kept++
    if (rejected) return []
    counts.narrations.kept += within.length
    counts.narrations.beyondEnd += descriptions.length - within.length
    return within.length ? [{ annotation: uid, annotator, descriptions: within }] : []
  })
}
