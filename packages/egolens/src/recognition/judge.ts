import type { Calibration } from './calibration.js'
import type { Evidence } from './evidence.js'
import { type Logistic, logit, moments, sigmoid } from './logistic.js'

/**
 * Weights of evidence when nothing was learnt, on numbers standardised within the video: a compromise of fits on
 * made-up videos with little and with much noise. Lengths of about two seconds are preferred.
 */
const untaught: Record<string, number> = {
  'verb probability': 0.25,
  'noun probability': 0.25,
  'verb entropy': -0.35,
  'noun entropy': -0.35,
  contrast: 0.3,
  'start edge': 0.2,
  'end edge': 0.2,
  'unlike surroundings': 0.3,
  length: 1,
  'length squared': -0.35,
}

/** Without a calibration a candidate must be this much better than the video's mean. */
const untaughtBias = -2

/**
 * How well each candidate fits an action, in 0..1. With a calibration it is an estimate of the overlap with a true
 * action; without, only its order within the video means something.
 */
export function quality(evidence: Evidence, calibration: Calibration | undefined): number[] {
  const model = calibration ? calibration.quality : untaughtModel(evidence)
  return evidence.rows.map((row) => sigmoid(logit(model, row)))
}

/** True when a calibration was fitted on the same evidence. */
export function sameEvidence(evidence: Evidence, calibration: Calibration): boolean {
  const { names } = calibration.quality
  return names.length === evidence.names.length && names.every((name, i) => name === evidence.names[i])
}

function untaughtModel({ names, rows }: Evidence): Logistic {
  const weights = names.map((name) => untaught[name] ?? 0)
  return { bias: untaughtBias, weights, ...moments(rows, names.length) }
}
