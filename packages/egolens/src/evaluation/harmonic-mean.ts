/**
 * Harmonic mean of two accuracies, 2ab / (a + b): high only when both are. 0 when both are 0.
 *
 * @example harmonicMean(33.54, 15.35) // 21.06, X-MIC's table 1
 */
export function harmonicMean(a: number, b: number): number {
  return a + b === 0 ? 0 : (2 * a * b) / (a + b)
}
