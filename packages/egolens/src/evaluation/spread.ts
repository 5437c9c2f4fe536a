/** Several runs of one thing with different seeds. */
export interface Spread {
  mean: number
  /** Sample standard deviation (n - 1); undefined for one run. */
  deviation?: number
  min: number
  max: number
  runs: number
}

/** Mean and spread over seeds. @param values one for each run, at least one */
export function spread(values: readonly number[]): Spread {
  const runs = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / runs
  const result: Spread = { mean, min: Math.min(...values), max: Math.max(...values), runs }
  if (runs > 1) {
    result.deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1))
  }
  return result
}
