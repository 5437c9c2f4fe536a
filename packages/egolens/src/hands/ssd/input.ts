import type { Rgb } from '../../video/index.js'

/** Side of the square that the network sees. */
export const SIDE = 320

/**
 * A picture squeezed to 320 x 320 and scaled to -1..1, written to `out` (320 * 320 * 3, row-major). Bilinear without
 * half-pixel centres and without antialiasing: pixel k reads at k * width / 320, as the network was trained.
 */
export function toInput({ width, height, rgb }: Rgb, out: Float32Array): void {
  const [across, down] = [positions(width), positions(height)]
  for (let y = 0, to = 0; y < SIDE; y++) {
    const [above, below, v] = [3 * width * down.low[y]!, 3 * width * down.high[y]!, down.part[y]!]
    for (let x = 0; x < SIDE; x++) {
      const [left, right, u] = [3 * across.low[x]!, 3 * across.high[x]!, across.part[x]!]
      for (let k = 0; k < 3; k++) {
        const [a, b] = [rgb[above + left + k]!, rgb[above + right + k]!]
        const [c, d] = [rgb[below + left + k]!, rgb[below + right + k]!]
        const top = a + (b - a) * u
        const bottom = c + (d - c) * u
        out[to++] = (top + (bottom - top) * v) * (2 / 255) - 1
      }
    }
  }
}

/** The input of the picture with left and right swapped, from that of the picture. */
export function mirrored(input: Float32Array, out: Float32Array): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [from, to] = [3 * (y * SIDE + SIDE - 1 - x), 3 * (y * SIDE + x)]
      for (let k = 0; k < 3; k++) out[to + k] = input[from + k]!
    }
  }
}

function positions(side: number): { low: Int32Array; high: Int32Array; part: Float64Array } {
  const at = Float64Array.from({ length: SIDE }, (_, k) => (k * side) / SIDE)
  const low = Int32Array.from(at, Math.floor)
  return { low, high: low.map((i) => Math.min(i + 1, side - 1)), part: at.map((value, k) => value - low[k]!) }
}
