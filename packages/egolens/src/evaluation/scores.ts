import { EgoLensError } from '../errors.js'

/** What a method says about one clip, before any metric. */
export interface ScoredClip {
  id: string
  /** The video it is cut from: clips of one video are alike, which a bootstrap must know. */
  video?: string
  /** The true class. */
  label: number
  /** [K], scaled: softmax of them is the probability. */
  logits: Float32Array
}

/**
 * The class with the largest logit; of equal ones the first.
 *
 * @param among classes that compete; the others count as minus infinity
 * @throws EgoLensError `evaluation/not-finite` naming the clip: a NaN would lose or win silently
 */
export function predicted({ id, logits }: ScoredClip, among?: readonly number[]): number {
  let best = -1
  const consider = (k: number) => {
    const value = logits[k]
    if (value === undefined || Number.isNaN(value)) {
      throw new EgoLensError('evaluation/not-finite', `clip ${id} has no number for class ${k}`)
    }
    if (best < 0 || value > logits[best]!) best = k
  }
  if (among) for (const k of among) consider(k)
  else for (let k = 0; k < logits.length; k++) consider(k)
  if (best < 0) throw new EgoLensError('evaluation/no-classes', `clip ${id} has no classes to choose from`)
  return best
}

/** Probabilities of logits divided by a temperature, in float64. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let max = Number.NEGATIVE_INFINITY
  for (let k = 0; k < logits.length; k++) max = Math.max(max, logits[k]!)
  const result = new Float64Array(logits.length)
  let sum = 0
  for (let k = 0; k < logits.length; k++) sum += result[k] = Math.exp((logits[k]! - max) / temperature)
  for (let k = 0; k < result.length; k++) result[k]! /= sum
  return result
}

/** The k largest, first the largest; of equal ones the first. */
export function top(values: ArrayLike<number>, k: number): { id: number; value: number }[] {
  return Array.from({ length: values.length }, (_, id) => ({ id, value: values[id]! }))
    .sort((a, b) => b.value - a.value || a.id - b.id)
    .slice(0, k)
}
