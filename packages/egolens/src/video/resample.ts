import { type BytesOfPicture, resampleBytes, type Taps } from '@egolens/torch'

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

const BITS = 22
const cache = new Map<string, Taps>()

/**
 * Resizes `source` (a rectangle of a picture) to `width x height` with the antialiased bicubic filter (a = -0.5) of
 * Pillow, and returns the rectangle `keep` of the result, RGB. The arithmetic is Pillow's own, 8 bit between the
 * horizontal and the vertical pass, so that every value is the same as there; only what `keep` needs is computed.
 */
export function resizeBicubic(picture: Rgb, source: Rectangle, width: number, height: number, keep: Rectangle): Rgb {
  const { bytes, start, line } = resized(picture, source, width, height, keep)
  const out = new Uint8Array(keep.height * keep.width * 3)
  const row = keep.width * 3
  if (start === 0 && line === row && bytes.length === out.length) return { ...sizeOf(keep), rgb: bytes }
  for (let y = 0; y < keep.height; y++) {
    out.set(bytes.subarray(start + y * line, start + y * line + row), y * row)
  }
  return { ...sizeOf(keep), rgb: out }
}

const sizeOf = ({ width, height }: Rectangle) => ({ width, height })

/** The same where the bytes lie: in the picture itself if it has that size, since the filter then gives the picture. */
export function resized(
  picture: Rgb,
  source: Rectangle,
  width: number,
  height: number,
  keep: Rectangle,
): BytesOfPicture {
  const line = picture.width * 3
  const at = (left: number, top: number) => ((source.top + top) * picture.width + source.left + left) * 3
  if (source.width === width && source.height === height) {
    return { bytes: picture.rgb, start: at(keep.left, keep.top), line }
  }
  const across = part(taps(source.width, width), keep.left, keep.width)
  const down = part(taps(source.height, height), keep.top, keep.height)
  const [firstRow] = down.first
  const rows = down.first.at(-1)! + down.count.at(-1)! - firstRow!
  const below = { ...down, first: down.first.map((row) => row - firstRow!) }
  const from = { bytes: picture.rgb, start: at(0, firstRow!), line }
  const bytes = resampleBytes(from, { columns: source.width, rows }, across, below)
  return { bytes, start: 0, line: keep.width * 3 }
}

function part({ first, count, weights }: Taps, start: number, length: number): Taps {
  const most = weights.length / first.length
  return {
    first: first.subarray(start, start + length),
    count: count.subarray(start, start + length),
    weights: weights.subarray(start * most, (start + length) * most),
  }
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
  return { first, count, weights }
}

function bicubic(distance: number): number {
  const a = -0.5
  const x = Math.abs(distance)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
}
