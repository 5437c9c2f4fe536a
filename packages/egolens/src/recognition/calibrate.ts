import type { Component, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { matchSegments, segmentF1 } from '../evaluation/segment-f1.js'
import { segmentMap } from '../evaluation/segment-map.js'
import { temporalIoU } from '../evaluation/segments.js'
import { type Actionness, actionnessCues, fitActionness } from './actionness.js'
import { type Calibration, labelsHash } from './calibration.js'
import { type Evidence, evidence, soften } from './evidence.js'
import { fitLogistic, type Logistic, logit, sigmoid } from './logistic.js'
import { assemble, type Judged } from './recognise.js'
import { addCues, type ScoreOptions, scoredComponents, scoreWindows } from './score-windows.js'
import { fitTemperature } from './temperature.js'
import type { ActionSegment, AnnotatedVideo, TrueAction, WindowScores } from './types.js'
import { type Candidate, candidateWindows, scalesFor } from './windows.js'

interface Prepared {
  truth: readonly TrueAction[]
  candidates: Candidate[]
  scores: WindowScores
  /** Overlap of each candidate with the true action that it overlaps most, and which that is. */
  overlaps: { iou: number; truth: number }[]
}

/** Least number of true actions that a calibration may be fitted on. */
const leastSegments = 10

/** Temporal IoUs at which segments are scored. */
const ious = [0.1, 0.2, 0.3, 0.4, 0.5]

/** Tried in turn; see {@link soften}. */
const softnesses = [1, 2, 4]

/**
 * Fits everything that recognition needs on held-out training videos: temperatures by likelihood, how evidence tells
 * actions with right boundaries, the threshold below which nothing is an action (by segment F1 and mAP), and honest
 * probabilities. Threshold and probabilities are fitted on videos that their quality model has not seen.
 *
 * @param videos never those of a test
 * @throws EgoLensError `recognition/too-little` with fewer than 10 actions
 */
export async function calibrate(
  videos: readonly AnnotatedVideo[],
  labels: LabelSets,
  options: ScoreOptions = {},
): Promise<Calibration> {
  const segments = videos.flatMap((video) => video.segments)
  if (segments.length < leastSegments) {
    throw new EgoLensError('recognition/too-little', `${segments.length} actions are too few to calibrate on`, {
      cure: `give videos with at least ${leastSegments}`,
    })
  }
  const scales = scalesFor(segments.map(({ start, end }) => end - start))
  const plain: Prepared[] = []
  for (const video of videos) plain.push(await prepare(video, scales, options))
  const { prepared, actionness } = learnActionness(plain, videos)
  const components = scoredComponents(prepared[0]!.scores)
  const temperature = Object.fromEntries(components.map((c) => [c, fitComponentTemperature(prepared, c)]))
  const trials = softnesses.map((softness) => {
    const warm = soften(temperature, softness)
    const seen = prepared.map(({ candidates, scores }) => evidence(candidates, scores, warm))
    const judged = crossFitted(prepared, seen, temperature)
    return { softness, seen, judged, ...bestThreshold(judged, prepared, components) }
  })
  const best = trials.reduce((a, b) => (b.score > a.score ? b : a))
  const { softness, seen, threshold, score } = best
  const found = best.judged.map((video) => assemble({ ...video, threshold }))
  return {
    format: 'egolens-calibration',
    version: 1,
    labels: labelsHash(Object.fromEntries(components.map((c) => [c, labels[c]]))),
    temperature,
    softness,
    scales,
    quality: { names: seen[0]!.names, ...fitQuality(prepared, seen) },
    ...(actionness ? { actionness } : {}),
    threshold,
    honest: honestLines(found, prepared, components),
    fit: { videos: videos.length, segments: segments.length, score },
  }
}

async function prepare(video: AnnotatedVideo, scales: number[], options: ScoreOptions): Promise<Prepared> {
  const candidates = candidateWindows(video.duration, scales)
  const scores = await scoreWindows(video, candidates, options)
  const overlaps = candidates.map((candidate) => {
    const ious = video.segments.map((segment) => temporalIoU(candidate, segment))
    const iou = Math.max(0, ...ious)
    return { iou, truth: ious.indexOf(iou) }
  })
  return { truth: video.segments, candidates, scores, overlaps }
}

/** Adds the cue of actionness to every video, as it is estimated by those who have not seen that video. */
function learnActionness(
  plain: Prepared[],
  videos: readonly AnnotatedVideo[],
): { prepared: Prepared[]; actionness?: Actionness } {
  const labelled = videos.flatMap(({ frames, segments }) => (frames ? [{ frames, segments }] : []))
  if (labelled.length < videos.length) return { prepared: plain }
  const { all, without } = fitActionness(labelled)
  const prepared = plain.map((video, v) => {
    const cues = actionnessCues(labelled[v]!.frames, without[v]!, video.candidates)
    return { ...video, scores: addCues(video.scores, cues) }
  })
  return { prepared, actionness: all }
}

/** On the candidates that are half or more a true action. */
function fitComponentTemperature(prepared: readonly Prepared[], component: Component): number {
  const logits: Float32Array[] = []
  const labels: number[] = []
  for (const { truth, scores, overlaps } of prepared) {
    for (const [i, overlap] of overlaps.entries()) {
      const label = truth[overlap.truth]?.[component]
      if (overlap.iou < 0.5 || label === undefined) continue
      logits.push(scores[component]![i]!)
      labels.push(label)
    }
  }
  return fitTemperature(logits, labels)
}

function fitQuality(prepared: readonly Prepared[], seen: readonly Evidence[]): Logistic {
  // Overlaps below 0.3 are as good as none; what is learnt is the rest of the way to a perfect fit.
  const targets = prepared.flatMap(({ overlaps }) => overlaps.map(({ iou }) => Math.max(0, (iou - 0.3) / 0.7)))
  return fitLogistic(
    seen.flatMap(({ rows }) => rows),
    targets,
    { ridge: 3 },
  )
}

/** Each video judged by a quality model of the others; by one of all when it is the only one. */
function crossFitted(
  prepared: readonly Prepared[],
  seen: readonly Evidence[],
  temperature: Calibration['temperature'],
): Omit<Judged, 'threshold'>[] {
  return prepared.map(({ candidates, scores }, v) => {
    const others = prepared.length > 1 ? prepared.filter((_, i) => i !== v) : prepared
    const model = fitQuality(others, prepared.length > 1 ? seen.filter((_, i) => i !== v) : seen)
    const quality = seen[v]!.rows.map((row) => sigmoid(logit(model, row)))
    return { candidates, scores, evidence: seen[v]!, quality, temperature, named: new Map() }
  })
}

/** The threshold with the best score over components; of equal ones the highest. */
function bestThreshold(
  judged: readonly Omit<Judged, 'threshold'>[],
  prepared: readonly Prepared[],
  components: readonly Component[],
): { threshold: number; score: number } {
  let best = { threshold: 0.5, score: -1 }
  for (let threshold = 0.02; threshold < 0.9; threshold += 0.02) {
    const found = judged.map((video) => assemble({ ...video, threshold }))
    const score = meanScore(found, prepared, components)
    if (score >= best.score) best = { threshold, score }
  }
  return best
}

/** Over IoU 0.1-0.5, three parts F1, which false alarms cost, and one part mAP, which misses cost. */
function meanScore(
  found: readonly ActionSegment[][],
  prepared: readonly Prepared[],
  components: readonly Component[],
): number {
  const values = components.map((component) => {
    const videos = prepared.map(({ truth }, v) => ({
      truth: truth.flatMap((t) => (t[component] === undefined ? [] : [{ ...t, label: t[component] }])),
      found: found[v]!.map((f) => ({ ...f, label: f[component]!.label, score: f[component]!.probability })),
    }))
    const f1 = ious.reduce((sum, iou) => sum + segmentF1(videos, iou), 0) / ious.length
    return 0.75 * f1 + 0.25 * segmentMap(videos, ious).mean
  })
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Platt scaling of the action's and each label's raw probability, drawn to the raw one where there is little to learn from. */
function honestLines(
  found: readonly ActionSegment[][],
  prepared: readonly Prepared[],
  components: readonly Component[],
): Calibration['honest'] {
  const matches = found.map((segments, v) => matchSegments(segments, prepared[v]!.truth, 0.5))
  const truthOf = (v: number, i: number) => prepared[v]!.truth[matches[v]![i]!]
  const all = found.flatMap((segments, v) => segments.map((segment, i) => ({ segment, truth: truthOf(v, i) })))
  const action = platt(all.map(({ segment, truth }) => ({ raw: segment.probability, right: truth !== undefined })))
  const lines = components.map((component) => [
    component,
    platt(
      all.map(({ segment, truth }) => ({
        raw: segment[component]!.probability,
        right: truth !== undefined && truth[component] === segment[component]!.label,
      })),
    ),
  ])
  return { action, ...Object.fromEntries(lines) }
}

function platt(decisions: { raw: number; right: boolean }[]): { slope: number; shift: number } {
  const logits = decisions.map(({ raw }) => {
    const p = Math.min(1 - 1e-6, Math.max(1e-6, raw))
    return Math.log(p / (1 - p))
  })
  if (logits.length === 0) return { slope: 1, shift: 0 }
  const targets = decisions.map(({ right }) => (right ? 1 : 0))
  const { bias, weights, mean, deviation } = fitLogistic(
    logits.map((x) => [x]),
    targets,
    { ridge: 3, offsets: logits },
  )
  const change = weights[0]! / deviation[0]!
  return { slope: 1 + change, shift: bias - change * mean[0]! }
}
