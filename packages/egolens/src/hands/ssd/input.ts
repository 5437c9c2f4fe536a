import type { Rgb } from '../../video/index.js'

/** Side of the square that the network sees. */
export const SIDE = 320

/**
 * A picture squeezed to 320 x 320 and scaled to -1..1, written to `out` (320 * 320 * 3, row-major). Bilinear without
 * half-pixel centres and without antialiasing: pixel k reads at k * width / 320, as the network was trained.
 * `mirrored` swaps left and right.
 */
export function toInput({ width, height, rgb }: Rgb, out: Float32Array, mirrored = false): void {
  const across = positions(width)
  if (mirrored) across.reverse()
  const down = positions(height)
  for (let y = 0, to = 0; y < SIDE; y++) {
    const { low: above, high: below, part: v } = down[y]!
    for (let x = 0; x < SIDE; x++) {
      const { low, high, part: u } = across[x]!
      const [a, b] = [3 * (above * width + low), 3 * (above * width + high)]
      const [c, d] = [3 * (below * width + low), 3 * (below * width + high)]
      for (let k = 0; k < 3; k++) {
        const top = rgb[a + k]! + (rgb[b + k]! - rgb[a + k]!) * u
        const bottom = rgb[c + k]! + (rgb[d + k]! - rgb[c + k]!) * u
        out[to++] = (top + (bottom - top) * v) * (2 / 255) - 1
      }
    }
  }
}

function positions(side: number) {
  return Array.from({ length: SIDE }, (_, k) => {
    const at = (k * side) / SIDE
    const low = Math.floor(at)
    return { low, high: Math.min(low + 1, side - 1), part: at - low }
  })
}
