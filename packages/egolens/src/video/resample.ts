/** An 8-bit RGB picture, row-major. `Frame` is one. */
export interface Rgb {
  width: number
  height: number
  rgb: Uint8Array
}

/** A rectangle in pixels: left, top, width, height. */
export interface Rectangle {
  left: number
  top: number
  width: number
  height: number
}

/** For each output pixel the first input pixel it reads, and its weights as 22-bit fixed point. */
interface Taps {
  first: Int32Array
  count: Int32Array
  weights: Int32Array
  most: number
}

const BITS = 22
const HALF = 1 << (BITS - 1)
const cache = new Map<string, Taps>()

/**
 * Resizes `source` (a rectangle of a picture) to `width x height` with the antialiased bicubic filter (a = -0.5) of
 * Pillow, and returns the rectangle `keep` of the result, RGB. The arithmetic is Pillow's own, 8 bit between the
 * horizontal and the vertical pass, so that every value is the same as there; only what `keep` needs is computed.
 */
export function resizeBicubic(picture: Rgb, source: Rectangle, width: number, height: number, keep: Rectangle): Rgb {
  if (source.width === width && source.height === height) return cutOut(picture, source, keep)
  const across = taps(source.width, width)
  const down = taps(source.height, height)
  const firstRow = down.first[keep.top]!
  const lastLine = keep.top + keep.height - 1
  const rows = down.first[lastLine]! + down.count[lastLine]! - firstRow
  const narrow = horizontal(picture, source, firstRow, rows, across, keep.left, keep.width)
  return { width: keep.width, height: keep.height, rgb: vertical(narrow, keep.width * 3, firstRow, down, keep) }
}

/** At the size that it has already the filter gives the picture itself. */
function cutOut({ rgb, width }: Rgb, source: Rectangle, keep: Rectangle): Rgb {
  const line = keep.width * 3
  const out = new Uint8Array(keep.height * line)
  for (let y = 0; y < keep.height; y++) {
    const from = ((source.top + keep.top + y) * width + source.left + keep.left) * 3
    out.set(rgb.subarray(from, from + line), y * line)
  }
  return { width: keep.width, height: keep.height, rgb: out }
}

function horizontal(
  picture: Rgb,
  source: Rectangle,
  firstRow: number,
  rows: number,
  { first, count, weights, most }: Taps,
  left: number,
  width: number,
): Uint8ClampedArray {
  const { rgb } = picture
  const out = new Uint8ClampedArray(rows * width * 3)
  let to = 0
  for (let y = 0; y < rows; y++) {
    const line = ((source.top + firstRow + y) * picture.width + source.left) * 3
    for (let x = left; x < left + width; x++) {
      let from = line + first[x]! * 3
      let [r, g, b] = [HALF, HALF, HALF]
      const end = x * most + count[x]!
      for (let k = x * most; k < end; k++, from += 3) {
        const w = weights[k]!
        r = (r + Math.imul(rgb[from]!, w)) | 0
        g = (g + Math.imul(rgb[from + 1]!, w)) | 0
        b = (b + Math.imul(rgb[from + 2]!, w)) | 0
      }
      out[to++] = r >> BITS
      out[to++] = g >> BITS
      out[to++] = b >> BITS
    }
  }
  return out
}

/** Line by line, a whole line of sums at once, which keeps memory access in order. */
function vertical(narrow: Uint8ClampedArray, line: number, firstRow: number, taps: Taps, keep: Rectangle): Uint8Array {
  const { first, count, weights, most } = taps
  const out = new Uint8ClampedArray(keep.height * line)
  const sums = new Int32Array(line)
  for (let y = 0; y < keep.height; y++) {
    const at = keep.top + y
    sums.fill(HALF)
    for (let k = 0; k < count[at]!; k++) {
      const w = weights[at * most + k]!
      const from = (first[at]! - firstRow + k) * line
      for (let x = 0; x < line; x++) sums[x] = sums[x]! + Math.imul(narrow[from + x]!, w)
    }
    for (let x = 0; x < line; x++) out[y * line + x] = sums[x]! >> BITS
  }
  return new Uint8Array(out.buffer)
}

function taps(input: number, output: number): Taps {
  const key = `${input}:${output}`
  let found = cache.get(key)
  if (!found) {
    found = computeTaps(input, output)
    cache.set(key, found)
    if (cache.size > 256) cache.delete(cache.keys().next().value!)
  }
  return found
}

function computeTaps(input: number, output: number): Taps {
  const scale = input / output
  const filterScale = Math.max(scale, 1)
  const support = 2 * filterScale
  const most = Math.ceil(support) * 2 + 1
  const first = new Int32Array(output)
  const count = new Int32Array(output)
  const weights = new Int32Array(output * most)
  for (let x = 0; x < output; x++) {
    const center = (x + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - support + 0.5))
    const end = Math.min(input, Math.trunc(center + support + 0.5))
    const raw = Array.from({ length: end - start }, (_, k) => bicubic((k + start - center + 0.5) / filterScale))
    const sum = raw.reduce((a, b) => a + b, 0)
    first[x] = start
    count[x] = end - start
    raw.forEach((w, k) => {
      weights[x * most + k] = Math.trunc((w / sum) * (1 << BITS) + (w < 0 ? -0.5 : 0.5))
    })
  }
  return { first, count, weights, most }
}

function bicubic(distance: number): number {
  const a = -0.5
  const x = Math.abs(distance)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
}
