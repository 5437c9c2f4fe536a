import type { Component, LabelSets } from '../datasets/types.js'
import { type Decision, expectedCalibrationError } from '../evaluation/calibration-error.js'
import { editScore } from '../evaluation/edit-score.js'
import { type FalseAlarms, falseAlarms } from '../evaluation/false-alarms.js'
import { matchSegments, segmentF1 } from '../evaluation/segment-f1.js'
import { type SegmentMap, segmentMap } from '../evaluation/segment-map.js'
import { argmaxPerWindow, oracleBoundaries } from './baselines.js'
import type { Calibration } from './calibration.js'
import { recognise } from './recognise.js'
import type { ScoreOptions } from './score-windows.js'
import { type ActionSegment, type AnnotatedVideo, components } from './types.js'

/** How good found segments are; shares in 0..1 except false alarms. */
export interface RecognitionScores {
  /** Segment mAP at temporal IoU 0.1-0.5, by component. */
  map: Partial<Record<Component, SegmentMap>>
  /** Segment F1, mean over the same IoUs. */
  f1: Partial<Record<Component, number>>
  /** Mean over videos; `action` compares verb and noun together. */
  edit: Partial<Record<Component | 'action', number>>
  falseAlarms: FalseAlarms
  /** Of the label's probability against: a true action of this label overlaps by an IoU of at least a half. */
  calibrationError: Partial<Record<Component, number>>
  /** How many segments were found. */
  found: number
}

export interface RecognitionEvaluation {
  calibrated: boolean
  videos: number
  segments: number
  recognition: RecognitionScores
  /** To be beaten: the best class of each window of `baselineWindow` seconds. */
  argmaxPerWindow: RecognitionScores
  /** Given the true boundaries. */
  oracleBoundaries: RecognitionScores
}

const thresholds = [0.1, 0.2, 0.3, 0.4, 0.5]

/**
 * Recognises annotated videos and scores the result beside the two baselines.
 *
 * @param options `baselineWindow` seconds, 2 by default
 */
export async function evaluateRecognition(
  videos: readonly AnnotatedVideo[],
  labels: LabelSets,
  calibration?: Calibration,
  options: ScoreOptions & { baselineWindow?: number } = {},
): Promise<RecognitionEvaluation> {
  const ours: ActionSegment[][] = []
  const plain: ActionSegment[][] = []
  const oracle: ActionSegment[][] = []
  let calibrated = true
  for (const video of videos) {
    const recognition = await recognise(video, labels, calibration, options)
    calibrated &&= recognition.calibrated
    ours.push(recognition.segments)
    plain.push(await argmaxPerWindow(video, options.baselineWindow))
    oracle.push(await oracleBoundaries(video))
  }
  return {
    calibrated,
    videos: videos.length,
    segments: videos.reduce((sum, video) => sum + video.segments.length, 0),
    recognition: scoreSegments(videos, ours),
    argmaxPerWindow: scoreSegments(videos, plain),
    oracleBoundaries: scoreSegments(videos, oracle),
  }
}

/** Scores found segments, one list a video, against the truth. */
export function scoreSegments(
  videos: readonly Pick<AnnotatedVideo, 'duration' | 'segments'>[],
  found: readonly ActionSegment[][],
): RecognitionScores {
  const scores: RecognitionScores = {
    map: {},
    f1: {},
    edit: {},
    falseAlarms: falseAlarms(
      videos.map((video, v) => ({ duration: video.duration, truth: video.segments, found: found[v]! })),
    ),
    calibrationError: {},
    found: found.reduce((sum, list) => sum + list.length, 0),
  }
  const used = components.filter((component) => found.some((list) => list.some((segment) => segment[component])))
  for (const component of used) {
    const pairs = videos.map((video, v) => ({
      truth: inOrder(video.segments).flatMap((s) =>
        s[component] === undefined ? [] : [{ ...s, label: s[component] }],
      ),
      found: inOrder(found[v]!).map((s) => ({ ...s, label: s[component]!.label, score: s[component]!.probability })),
    }))
    scores.map[component] = segmentMap(pairs, thresholds)
    scores.f1[component] = mean(thresholds.map((iou) => segmentF1(pairs, iou)))
    scores.edit[component] = mean(
      pairs.map((p) =>
        editScore(
          p.found.map((s) => s.label),
          p.truth.map((s) => s.label),
        ),
      ),
    )
    scores.calibrationError[component] = expectedCalibrationError(pairs.flatMap(decisionsOf))
  }
  if (used.length === 2) {
    const pair = (verb?: number, noun?: number) => `${verb} ${noun}`
    scores.edit.action = mean(
      videos.map((video, v) =>
        editScore(
          inOrder(found[v]!).map((s) => pair(s.verb!.label, s.noun!.label)),
          inOrder(video.segments).map((s) => pair(s.verb, s.noun)),
        ),
      ),
    )
  }
  return scores
}

type Pair = {
  truth: { start: number; end: number; label: number }[]
  found: { start: number; end: number; label: number; score: number }[]
}

function decisionsOf({ truth, found }: Pair): Decision[] {
  const matches = matchSegments(found, truth, 0.5, (a, b) => a.label === b.label)
  return found.map(({ score }, i) => ({ probability: score, right: matches[i]! >= 0 }))
}

const inOrder = <T extends { start: number; end: number }>(segments: readonly T[]): T[] =>
  [...segments].sort((a, b) => a.start - b.start || a.end - b.end)

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
