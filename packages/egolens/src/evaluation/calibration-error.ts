import { type ScoredClip, softmax, top } from './scores.js'

/** One decision: how sure, and whether right. */
export interface Decision {
  probability: number
  right: boolean
}

/**
 * Expected calibration error (Naeini et al., AAAI 2015; Guo et al., ICML 2017): decisions in bins of equal width by
 * probability; the mean over decisions of |share right - mean probability| of their bin. In 0..1; 0 without any.
 */
export function expectedCalibrationError(decisions: readonly Decision[], bins = 15): number {
  const totals = Array.from({ length: bins }, () => ({ right: 0, probability: 0 }))
  for (const { probability, right } of decisions) {
    // Bins are closed above: (0, 1/15], (1/15, 2/15], ... as in the second paper.
    const bin = totals[Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1))]!
    bin.right += right ? 1 : 0
    bin.probability += probability
  }
  const gaps = totals.reduce((sum, bin) => sum + Math.abs(bin.right - bin.probability), 0)
  return decisions.length === 0 ? 0 : gaps / decisions.length
}

/** The decisions of clips: their largest probability, and whether it is the label's. */
export function decisions(clips: readonly ScoredClip[], temperature = 1): Decision[] {
  return clips.map(({ label, logits }) => {
    const best = top(softmax(logits, temperature), 1)[0]!
    return { probability: best.value, right: best.id === label }
  })
}
