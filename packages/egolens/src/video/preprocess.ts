import { bytesToPlanes, empty, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { type Rectangle, type Rgb, resizeBicubic, resized } from './resample.js'

/** Left, top, right, bottom, each relative to the frame's width or height, 0 to 1. */
export type RelativeBox = readonly [left: number, top: number, right: number, bottom: number]

export interface PreprocessOptions {
  /** Side of the square result in pixels. */
  size: number
  /** Pixels of the shorter side before the centre crop; default `size`. Unused by `squash`. */
  resize?: number
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
  /** `center`: shorter side to `resize`, then a centre crop; `squash`: straight to size x size. Default `center`. */
  mode?: 'center' | 'squash'
  /** Cut this out first: one box for all pictures, or one a picture (`undefined` keeps the whole picture). */
  crop?: RelativeBox | readonly (RelativeBox | undefined)[]
}

/**
 * Pictures as CLIP sees them: cut out, resized with Pillow's antialiased bicubic filter, centre-cropped, divided by
 * 255, normalised. Returns float32 [N, 3, size, size] in planes R, G, B.
 *
 * The values are those of torchvision's Resize, CenterCrop, ToTensor and Normalize on PIL images, to the last bit of
 * the 8-bit picture.
 *
 * @example
 * const pixels = preprocess([frame], { size: 224, mean: [0.48, 0.46, 0.41], std: [0.27, 0.26, 0.28] })
 */
export function preprocess(pictures: readonly Rgb[], options: PreprocessOptions): Tensor {
  const { size } = options
  const tables = normalisers(options)
  const pixels = empty([pictures.length, 3, size, size])
  try {
    pictures.forEach((picture, i) => {
      const { source, width, height, keep } = geometry(picture, options, cropOf(options.crop, i))
      bytesToPlanes(pixels, i, resized(picture, source, width, height, keep), tables)
    })
  } catch (error) {
    pixels.dispose()
    throw error
  }
  return pixels
}

/** The 8-bit picture of `size x size` that `preprocess` normalises; good for looking at what a network sees. */
export function preprocessedPicture(picture: Rgb, options: PreprocessOptions, crop?: RelativeBox): Rgb {
  const { source, width, height, keep } = geometry(picture, options, crop)
  return resizeBicubic(picture, source, width, height, keep)
}

/** What is cut out, the size that it gets, and what is kept of that. */
function geometry(picture: Rgb, options: PreprocessOptions, crop?: RelativeBox) {
  const { size } = options
  const source = pixelBox(picture, crop)
  if (options.mode === 'squash') {
    return { source, width: size, height: size, keep: { left: 0, top: 0, width: size, height: size } }
  }
  const short = options.resize ?? size
  if (short < size) {
    throw new EgoLensError('video/bad-preprocessing', `a side of ${short} is too short for a crop of ${size}`)
  }
  // torchvision: the longer side is cut to a whole number, the crop's offset rounded with halves to even.
  const [width, height] =
    source.width <= source.height
      ? [short, Math.trunc((short * source.height) / source.width)]
      : [Math.trunc((short * source.width) / source.height), short]
  const [left, top] = [halfEven((width - size) / 2), halfEven((height - size) / 2)]
  return { source, width, height, keep: { left, top, width: size, height: size } }
}

/** The pixels of a relative box; a box of at most one pixel in width or height is the whole picture (X-MIC's rule). */
export function pixelBox({ width, height }: Rgb, box?: RelativeBox): Rectangle {
  const whole = { left: 0, top: 0, width, height }
  if (!box) return whole
  const edge = (relative: number, side: number) => Math.min(side, Math.max(0, Math.round(relative * side)))
  const [left, top] = [edge(box[0], width), edge(box[1], height)]
  const [right, bottom] = [edge(box[2], width), edge(box[3], height)]
  if (!(right - left > 1) || !(bottom - top > 1)) return whole
  return { left, top, width: right - left, height: bottom - top }
}

function cropOf(crop: PreprocessOptions['crop'], i: number): RelativeBox | undefined {
  if (!crop) return undefined
  return typeof crop[0] === 'number' ? (crop as RelativeBox) : (crop as readonly (RelativeBox | undefined)[])[i]
}

/** Byte to normalised value, a table of 256 a channel. */
function normalisers({ mean, std }: PreprocessOptions): Float32Array {
  return Float32Array.from({ length: 3 * 256 }, (_, i) => ((i & 255) / 255 - mean[i >> 8]!) / std[i >> 8]!)
}

function halfEven(value: number): number {
  const down = Math.floor(value)
  if (value - down !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}
