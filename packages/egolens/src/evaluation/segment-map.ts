import { type LabelledSegment, temporalIoU } from './segments.js'

/** A predicted segment; better ones have a higher score. */
export interface ScoredSegment extends LabelledSegment {
  score: number
}

/** What is true and what was found in one video. */
export interface SegmentedVideo {
  truth: readonly LabelledSegment[]
  found: readonly ScoredSegment[]
}

export interface SegmentMap {
  /** Mean over the thresholds. */
  mean: number
  /** Mean over classes at each temporal IoU. */
  at: { iou: number; value: number }[]
  /** Classes with true segments: the mean is over these. */
  classes: number
}

/**
 * Mean average precision of segments as ActivityNet scores it: for every class with true segments, predictions of
 * all videos in order of score; each takes the free true segment of its video and class that it overlaps most, if
 * the temporal IoU reaches the threshold; interpolated area under precision by recall; plain mean over classes.
 */
export function segmentMap(videos: readonly SegmentedVideo[], thresholds = [0.1, 0.2, 0.3, 0.4, 0.5]): SegmentMap {
  const classes = [...new Set(videos.flatMap((video) => video.truth.map((segment) => segment.label)))]
  const at = thresholds.map((iou) => {
    const sum = classes.reduce((total, label) => total + averagePrecision(videos, label, iou), 0)
    return { iou, value: classes.length === 0 ? 0 : sum / classes.length }
  })
  const mean = at.reduce((sum, { value }) => sum + value, 0) / Math.max(1, at.length)
  return { mean, at, classes: classes.length }
}

/** Interpolated average precision of one class at one threshold, in 0..1; 0 for a class without true segments. */
export function averagePrecision(videos: readonly SegmentedVideo[], label: number, iou: number): number {
  const truths = videos.map((video) => video.truth.filter((segment) => segment.label === label))
  const total = truths.reduce((sum, truth) => sum + truth.length, 0)
  const ranked = videos
    .flatMap((video, v) => video.found.filter((segment) => segment.label === label).map((segment) => ({ segment, v })))
    .sort((a, b) => b.segment.score - a.segment.score)
  const taken = truths.map((truth) => new Uint8Array(truth.length))
  const precision: number[] = []
  const gains: boolean[] = []
  let right = 0
  for (const { segment, v } of ranked) {
    const match = bestFree(segment, truths[v]!, taken[v]!, iou)
    if (match >= 0) taken[v]![match] = 1
    gains.push(match >= 0)
    right += match >= 0 ? 1 : 0
    precision.push(right / gains.length)
  }
  // Interpolation: the precision at a recall is the best one at that recall or beyond.
  let best = 0
  let area = 0
  for (let i = gains.length - 1; i >= 0; i--) {
    best = Math.max(best, precision[i]!)
    if (gains[i]) area += best
  }
  return total === 0 ? 0 : area / total
}

function bestFree(segment: ScoredSegment, truth: readonly LabelledSegment[], taken: Uint8Array, iou: number): number {
  let best = -1
  let bestIoU = 0
  for (const [i, candidate] of truth.entries()) {
    const value = taken[i] ? 0 : temporalIoU(segment, candidate)
    if (value >= iou && value > bestIoU) {
      best = i
      bestIoU = value
    }
  }
  return best
}
