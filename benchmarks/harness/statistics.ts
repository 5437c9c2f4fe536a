export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const summary = (unit: string, samples: readonly number[]) => ({
  unit,
  median: median(samples),
  low: Math.min(...samples),
  high: Math.max(...samples),
  samples: [...samples],
})

/** The slope of the least-squares line through points (index, value). */
export function slope(values: readonly number[]): number {
  const n = values.length
  const middle = (n - 1) / 2
  const mean = values.reduce((a, b) => a + b, 0) / n
  let [above, below] = [0, 0]
  values.forEach((value, i) => {
    above += (i - middle) * (value - mean)
    below += (i - middle) ** 2
  })
  return below === 0 ? 0 : above / below
}
