/** Weights of a logistic regression on standardised inputs. */
export interface Logistic {
  bias: number
  weights: number[]
  mean: number[]
  deviation: number[]
}

/**
 * Ridge logistic regression by Newton's method, for targets in 0..1 (soft targets are fitted by cross-entropy).
 * Inputs are standardised; constant ones get weight 0.
 *
 * @param rows [N][D]
 * @param ridge strength of the pull of weights to 0, in units of one observation
 * @param offsets what is added to each row's logit with weight 1
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  targets: ArrayLike<number>,
  { ridge = 1, offsets }: { ridge?: number; offsets?: ArrayLike<number> } = {},
): Logistic {
  const width = rows[0]?.length ?? 0
  const { mean, deviation } = moments(rows, width)
  const inputs = rows.map((row) => [1, ...mean.map((m, d) => (row[d]! - m) / deviation[d]!)])
  let beta = new Float64Array(width + 1)
  let loss = objective(inputs, targets, beta, ridge, offsets)
  for (let step = 0; step < 50; step++) {
    const direction = newtonStep(inputs, targets, beta, ridge, offsets)
    let scale = 1
    let next = beta
    let nextLoss = loss
    // Full steps may overshoot when classes are separable: halve until the objective falls.
    for (; scale > 1e-6; scale /= 2) {
      next = beta.map((b, d) => b + scale * direction[d]!)
      nextLoss = objective(inputs, targets, next, ridge, offsets)
      if (nextLoss <= loss) break
    }
    if (scale <= 1e-6 || loss - nextLoss < 1e-10 * (1 + Math.abs(loss))) break
    beta = next
    loss = nextLoss
  }
  return { bias: beta[0]!, weights: [...beta.subarray(1)], mean, deviation }
}

/** The logit that a fitted regression gives to a row. */
export function logit(model: Logistic, row: ArrayLike<number>): number {
  return model.weights.reduce((sum, w, d) => sum + (w * (row[d]! - model.mean[d]!)) / model.deviation[d]!, model.bias)
}

export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** Means and standard deviations of columns; a constant column has deviation 1. */
export function moments(rows: readonly ArrayLike<number>[], width: number): { mean: number[]; deviation: number[] } {
  const mean = Array.from({ length: width }, (_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length)
  const deviation = mean.map((m, d) => {
    const variance = rows.reduce((sum, row) => sum + (row[d]! - m) ** 2, 0) / rows.length
    return variance > 1e-12 ? Math.sqrt(variance) : 1
  })
  return { mean, deviation }
}

function linear(input: number[], beta: Float64Array): number {
  let sum = 0
  for (let d = 0; d < beta.length; d++) sum += input[d]! * beta[d]!
  return sum
}

function objective(
  inputs: number[][],
  targets: ArrayLike<number>,
  beta: Float64Array,
  ridge: number,
  offsets?: ArrayLike<number>,
): number {
  let loss = 0
  for (const [i, input] of inputs.entries()) {
    const x = linear(input, beta) + (offsets?.[i] ?? 0)
    loss += Math.max(x, 0) - x * targets[i]! + Math.log1p(Math.exp(-Math.abs(x)))
  }
  for (let d = 1; d < beta.length; d++) loss += (ridge / 2) * beta[d]! ** 2
  return loss
}

function newtonStep(
  inputs: number[][],
  targets: ArrayLike<number>,
  beta: Float64Array,
  ridge: number,
  offsets?: ArrayLike<number>,
): Float64Array {
  const n = beta.length
  const gradient = new Float64Array(n)
  const hessian = Array.from({ length: n }, () => new Float64Array(n))
  for (const [i, input] of inputs.entries()) {
    const p = sigmoid(linear(input, beta) + (offsets?.[i] ?? 0))
    const weight = p * (1 - p)
    for (let a = 0; a < n; a++) {
      gradient[a]! += (targets[i]! - p) * input[a]!
      for (let b = 0; b <= a; b++) hessian[a]![b]! += weight * input[a]! * input[b]!
    }
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) hessian[b]![a] = hessian[a]![b]!
    if (a > 0) gradient[a]! -= ridge * beta[a]!
    hessian[a]![a]! += (a > 0 ? ridge : 0) + 1e-9
  }
  return solve(hessian, gradient)
}

/** Gaussian elimination with pivoting; both arguments are overwritten, the second with the solution. */
export function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length
  for (let c = 0; c < n; c++) {
    let pivot = c
    for (let r = c + 1; r < n; r++) if (Math.abs(matrix[r]![c]!) > Math.abs(matrix[pivot]![c]!)) pivot = r
    ;[matrix[c], matrix[pivot]] = [matrix[pivot]!, matrix[c]!]
    ;[right[c], right[pivot]] = [right[pivot]!, right[c]!]
    for (let r = c + 1; r < n; r++) {
      const factor = matrix[r]![c]! / matrix[c]![c]!
      for (let k = c; k < n; k++) matrix[r]![k]! -= factor * matrix[c]![k]!
      right[r]! -= factor * right[c]!
    }
  }
  for (let r = n - 1; r >= 0; r--) {
    for (let k = r + 1; k < n; k++) right[r]! -= matrix[r]![k]! * right[k]!
    right[r]! /= matrix[r]![r]!
  }
  return right
}
