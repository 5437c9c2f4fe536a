/**
 * The temperature that makes the probabilities of labels as likely as possible: softmax(logits / T) with the least
 * mean negative log-likelihood (Guo et al., ICML 2017). Searched in 1/50..50; 1 without any rows.
 */
export function fitTemperature(logits: readonly Float32Array[], labels: readonly number[]): number {
  if (logits.length === 0) return 1
  const loss = (log: number) => negativeLogLikelihood(logits, labels, Math.exp(log))
  // The loss is convex in 1/T, so it has one minimum in log T too: golden-section search.
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [-Math.log(50), Math.log(50)]
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)]
  let [lossA, lossB] = [loss(a), loss(b)]
  while (high - low > 1e-4) {
    if (lossA <= lossB) {
      high = b
      ;[b, lossB] = [a, lossA]
      a = high - ratio * (high - low)
      lossA = loss(a)
    } else {
      low = a
      ;[a, lossA] = [b, lossB]
      b = low + ratio * (high - low)
      lossB = loss(b)
    }
  }
  return Math.exp((low + high) / 2)
}

/** Mean over rows of -log softmax(logits / temperature) at the label. */
export function negativeLogLikelihood(
  logits: readonly Float32Array[],
  labels: readonly number[],
  temperature: number,
): number {
  let total = 0
  for (const [i, row] of logits.entries()) {
    let max = Number.NEGATIVE_INFINITY
    for (let k = 0; k < row.length; k++) if (row[k]! > max) max = row[k]!
    let sum = 0
    for (let k = 0; k < row.length; k++) sum += Math.exp((row[k]! - max) / temperature)
    total += Math.log(sum) - (row[labels[i]!]! - max) / temperature
  }
  return total / logits.length
}
