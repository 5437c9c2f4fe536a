import { type LabelledSegment, temporalIoU } from './segments.js'

/**
 * Segmental F1 at a temporal IoU (Lea et al., CVPR 2017): a predicted segment is right when it takes a free true
 * segment of its label with at least this overlap, in order of time; 2 right / (found + true) over all videos. In 0..1.
 */
export function segmentF1(
  videos: readonly { truth: readonly LabelledSegment[]; found: readonly LabelledSegment[] }[],
  iou: number,
): number {
  let right = 0
  let all = 0
  for (const { truth, found } of videos) {
    right += matchSegments(found, truth, iou, (a, b) => a.label === b.label).filter((match) => match >= 0).length
    all += truth.length + found.length
  }
  return all === 0 ? 1 : (2 * right) / all
}

/**
 * For each found segment the index of the true one that it takes, or -1. Each takes the free one that it overlaps
 * most, if that reaches `iou` and fits.
 */
export function matchSegments<F extends { start: number; end: number }, T extends { start: number; end: number }>(
  found: readonly F[],
  truth: readonly T[],
  iou: number,
  fits: (found: F, truth: T) => boolean = () => true,
): number[] {
  const taken = new Set<number>()
  return found.map((segment) => {
    let best = -1
    let bestIoU = 0
    for (const [i, candidate] of truth.entries()) {
      if (taken.has(i) || !fits(segment, candidate)) continue
      const value = temporalIoU(segment, candidate)
      if (value >= iou && value > bestIoU) {
        best = i
        bestIoU = value
      }
    }
    if (best >= 0) taken.add(best)
    return best
  })
}
