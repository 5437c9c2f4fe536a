import type { Component, LabelSets } from '../datasets/types.js'
import { softmax, top } from '../evaluation/scores.js'
import { actionnessCues } from './actionness.js'
import { type Calibration, labelsHash } from './calibration.js'
import { type Evidence, evidence, soften } from './evidence.js'
import { quality, sameEvidence } from './judge.js'
import { sigmoid } from './logistic.js'
import { pooledLogits } from './pool.js'
import { addCues, type ScoreOptions, scoredComponents, scoreWindows } from './score-windows.js'
import { selectIntervals } from './select.js'
import type { ActionSegment, LabelScore, Recognised, ScoredVideo, WindowScores } from './types.js'
import { type Candidate, candidateWindows, defaultScales, fineScale } from './windows.js'

/** What is in a video, and how sure that is. */
export interface Recognition {
  video: string
  /** Seconds. */
  duration: number
  /** False: probabilities and the decision between action and no action were not fitted for these classes. */
  calibrated: boolean
  segments: ActionSegment[]
  /** The most probable classes about each second, whether an action is there or not. */
  moments: { time: number; verb?: LabelScore[]; noun?: LabelScore[] }[]
  /** What a reader must know, in words. */
  notes: string[]
}

/** A video's candidates with everything that is known of them. */
export interface Judged {
  candidates: Candidate[]
  scores: WindowScores
  evidence: Evidence
  quality: number[]
  threshold: number
  temperature: Calibration['temperature']
  /** Probabilities of chosen candidates, kept because a threshold is sought by choosing many times. */
  named?: Map<string, Float64Array>
}

/**
 * Finds actions in an untrimmed video: scores windows of several lengths, judges by what is seen in and around each
 * how well it fits an action, takes the best set of windows that do not overlap, and names verb and noun of each.
 *
 * @param labels the classes that the scorer's logits are of
 * @param calibration from {@link calibrate}; without, or for other classes, results say `calibrated: false`
 * @throws EgoLensError `recognition/bad-scores`
 * @example
 * const { segments } = await recognise({ id: 'a.mp4', duration: 61.2, scorer }, dataset.labels, calibration)
 */
export async function recognise(
  video: ScoredVideo,
  labels: LabelSets,
  calibration?: Calibration,
  options: ScoreOptions = {},
): Promise<Recognition> {
  const candidates = candidateWindows(video.duration, calibration?.scales ?? defaultScales)
  const scores = withActionness(await scoreWindows(video, candidates, options), video, candidates, calibration)
  const judgement = judge(candidates, scores, labels, calibration)
  const used = judgement.calibration
  const segments = assemble(judgement, used?.honest)
  const { temperature } = judgement
  return {
    video: video.id,
    duration: video.duration,
    calibrated: used !== undefined,
    segments,
    moments: momentsOf(candidates, scores, temperature),
    notes: judgement.notes,
  }
}

function withActionness(
  scores: WindowScores,
  { frames }: ScoredVideo,
  candidates: readonly Candidate[],
  calibration: Calibration | undefined,
): WindowScores {
  const { actionness } = calibration ?? {}
  if (!actionness || actionness.weights.length !== frames?.width) return scores
  return addCues(scores, actionnessCues(frames, actionness, candidates))
}

/** Judges scored candidates, by the calibration where it holds for these classes and this evidence. */
export function judge(
  candidates: Candidate[],
  scores: WindowScores,
  labels: LabelSets,
  calibration: Calibration | undefined,
): Judged & { calibration?: Calibration; notes: string[] } {
  const holds = calibration && sameLabels(calibration, labels, scores) ? calibration : undefined
  const seen = evidence(candidates, scores, holds && soften(holds.temperature, holds.softness))
  const used = holds && sameEvidence(seen, holds) ? holds : undefined
  const notes = used
    ? []
    : calibration
      ? ['Not calibrated for these classes: probabilities and the choice of segments are rough.']
      : ['Not calibrated: probabilities and the choice of segments are rough.']
  return {
    candidates,
    scores,
    evidence: seen,
    quality: quality(seen, used),
    threshold: used?.threshold ?? 0.5,
    temperature: used?.temperature ?? {},
    notes,
    ...(used ? { calibration: used } : {}),
  }
}

/** The chosen segments of judged candidates, in order of time. */
export function assemble(judged: Judged, honest?: Calibration['honest']): ActionSegment[] {
  const { candidates, threshold } = judged
  // Weighting by length makes one long good window win over several short ones inside it.
  const weights = candidates.map(({ start, end }, i) => (end - start) * (judged.quality[i]! - threshold))
  return selectIntervals(candidates, weights).map((i) => {
    const { start, end } = candidates[i]!
    const raw = judged.quality[i]!
    const segment: ActionSegment = { start, end, probability: straighten(raw, honest?.action) }
    for (const component of scoredComponents(judged.scores)) {
      segment[component] = named(pooledProbabilities(judged, component, i), raw, honest?.[component])
    }
    return segment
  })
}

function pooledProbabilities(judged: Judged, component: Component, candidate: number): Float64Array {
  const key = `${component} ${candidate}`
  const known = judged.named?.get(key)
  if (known) return known
  const logits = pooledLogits(judged, component, candidate)
  const probabilities = softmax(logits, judged.temperature[component])
  judged.named?.set(key, probabilities)
  return probabilities
}

/** An honest probability from a raw one. */
export function straighten(raw: number, line?: { slope: number; shift: number }): number {
  if (!line) return raw
  const p = Math.min(1 - 1e-6, Math.max(1e-6, raw))
  return sigmoid(line.slope * Math.log(p / (1 - p)) + line.shift)
}

function named(probabilities: Float64Array, raw: number, line?: { slope: number; shift: number }): Recognised {
  const best = best5(probabilities)
  return { label: best[0]!.label, probability: straighten(raw * best[0]!.probability, line), top: best }
}

function best5(probabilities: Float64Array): LabelScore[] {
  return top(probabilities, 5).map(({ id, value }) => ({ label: id, probability: value }))
}

function momentsOf(
  candidates: readonly Candidate[],
  scores: WindowScores,
  temperature: Calibration['temperature'],
): Recognition['moments'] {
  const scale = candidates.some((c) => c.scale === fineScale) ? fineScale : candidates[0]!.scale
  return candidates.flatMap((candidate, i) => {
    if (candidate.scale !== scale) return []
    const moment: Recognition['moments'][number] = { time: (candidate.start + candidate.end) / 2 }
    for (const component of scoredComponents(scores)) {
      moment[component] = best5(softmax(scores[component]![i]!, temperature[component]))
    }
    return [moment]
  })
}

function sameLabels(calibration: Calibration, labels: LabelSets, scores: WindowScores): boolean {
  const given = labelsHash(labels)
  const scored = scoredComponents(scores)
  return (['verb', 'noun'] as const).every(
    (c) =>
      (calibration.labels[c] !== undefined) === scored.includes(c) &&
      (!scored.includes(c) || calibration.labels[c] === given[c]),
  )
}
