import type { Tensor } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import { EgoLensError } from '../../errors.js'
import {
  type DecodeLimits,
  frames,
  frameTimestamps,
  type ImageOptions,
  preprocess,
  preprocessedPicture,
  probe,
  type Rgb,
} from '../../video/index.js'
import { type ChoiceOptions, type ClipSpan, chooseFrames, type FrameChoice } from './frames.js'
import { padToSquare } from './square.js'

/**
 * How frames are made square: `pad` puts each on a square of the mean colour (VideoLLaMA2's training), `crop` takes the
 * middle (its inference helper).
 */
export type Aspect = 'pad' | 'crop'

export interface VideoPixelsOptions extends ClipSpan, Omit<ChoiceOptions, 'where'>, ImageOptions, DecodeLimits {
  /** Of the image tower that sees them. */
  preprocessing: Preprocessing
  /** Default `pad`. */
  aspect?: Aspect
}

/** The frames of a clip, prepared but not normalised: a byte a value. */
export interface VideoPictures extends FrameChoice {
  /** [S, S] each, T of them. */
  pictures: Rgb[]
  /** Seconds at which the chosen frames are shown. */
  times: number[]
}

/** The frames of a clip as the image tower sees them. */
export interface VideoPixels extends Omit<VideoPictures, 'pictures'> {
  /** float32 [T, 3, S, S]; the caller's to dispose of. */
  pixels: Tensor
}

/**
 * Decodes the frames of a clip that a model is shown: of a video file, a folder or a tar of images, or a still image.
 *
 * @throws EgoLensError `mllm/short-clip`, `mllm/clip-outside`, `mllm/bad-frames` (see `chooseFrames`), and those of
 * decoding, `video/...`
 * @example
 * const { pixels, notice } = await loadVideoPixels('tea.mp4', { start: 3, end: 8, preprocessing: tower.preprocessing })
 * if (notice) console.warn(notice)
 * const tokens = tower.forward(pixels) // [16, P, W]
 */
export async function loadVideoPixels(source: string, options: VideoPixelsOptions): Promise<VideoPixels> {
  const { pictures, ...rest } = await loadVideoPictures(source, options)
  return { ...rest, pixels: normalised(pictures, options.preprocessing) }
}

/** Prepared pictures [S, S] as pixels, float32 [N, 3, S, S]. */
export function normalised(pictures: readonly Rgb[], { size, mean, std }: Preprocessing): Tensor {
  // They have the right size by now, so that this only normalises.
  return preprocess([...pictures], { size, mean, std })
}

/** The same before it is normalised, for those who keep it. @throws EgoLensError as `loadVideoPixels` */
export async function loadVideoPictures(source: string, options: VideoPixelsOptions): Promise<VideoPictures> {
  return (await loadClipsPictures(source, [options], options))[0]!
}

/**
 * The same of several clips of a video in one pass over it, which is much faster than one for each.
 *
 * @param spans the clips, in any order; they may overlap
 * @throws EgoLensError as `loadVideoPixels`
 */
export async function loadClipsPictures(
  source: string,
  spans: readonly ClipSpan[],
  options: VideoPixelsOptions,
): Promise<VideoPictures[]> {
  const { preprocessing, aspect = 'pad' } = options
  const info = await probe(source, options)
  const still = info.kind === 'image'
  const choices = spans.map((span) => chooseFrames({ ...info, still }, span, { ...options, where: source }))
  const shown = await frameTimestamps(source, options)
  const square = (picture: Rgb) => (aspect === 'pad' ? padToSquare(picture, preprocessing.mean) : picture)
  const prepared = (picture: Rgb) => preprocessedPicture(square(picture), preprocessing)
  // A prepared picture is far smaller than its frame, so at most one frame is held.
  const positions = [...new Set(choices.flatMap((choice) => choice.positions))]
  const found = new Map<number, Rgb>()
  for await (const frame of frames(source, { ...limitsOf(options), times: positions.map((at) => shown[at]!) })) {
    if (!found.has(frame.index)) found.set(frame.index, prepared(frame))
  }
  if (found.size !== positions.length) throw lost(source, found.size, positions.length)
  const { width, height } = info
  const black = choices.some((choice) => choice.black > 0)
    ? prepared({ width, height, rgb: new Uint8Array(width * height * 3) })
    : undefined
  return choices.map((choice) => {
    const pictures = choice.positions.map((position) => found.get(position)!)
    for (let i = 0; i < choice.black; i++) pictures.push(black!)
    return { ...choice, times: choice.positions.map((position) => shown[position]!), pictures }
  })
}

function lost(where: string, found: number, wanted: number): EgoLensError {
  return new EgoLensError('video/frame-missing', `${found} of ${wanted} frames were decoded`, { where })
}

function limitsOf({ frameRate, zeroNumber, stallSeconds, totalSeconds, threads }: VideoPixelsOptions) {
  const given = { frameRate, zeroNumber, stallSeconds, totalSeconds, threads }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as ImageOptions & DecodeLimits
}
