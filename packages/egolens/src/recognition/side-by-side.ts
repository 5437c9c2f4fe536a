import type { VideoFeatures } from '../features/types.js'

/** Features of the same frames, one after the other in each row, each scaled to unit length. At least one. */
export function sideBySide(parts: readonly VideoFeatures[]): VideoFeatures {
  const { times } = parts[0]!
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  const values = new Float32Array(times.length * width)
  for (let i = 0; i < times.length; i++) {
    let at = i * width
    for (const part of parts) {
      const row = part.values.subarray(i * part.width, (i + 1) * part.width)
      const norm = Math.hypot(...row) || 1
      for (const value of row) values[at++] = value / norm
    }
  }
  return { times, values, width }
}
