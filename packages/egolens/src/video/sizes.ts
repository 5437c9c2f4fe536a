import { EgoLensError } from '../errors.js'

/** 8192 x 8192: beyond it a frame is more memory than any use here needs. FFmpeg is told so before it decodes. */
export const MAX_PIXELS = 1 << 26

/** Throws `video/too-large` for frames beyond `MAX_PIXELS`. */
export function checkSize({ source, width, height }: { source: string; width: number; height: number }): void {
  if (width * height > MAX_PIXELS) throw tooLarge(source, `a frame of ${width}x${height}`)
}

export function tooLarge(source: string, what: string): EgoLensError {
  return new EgoLensError('video/too-large', `${what} has more than ${MAX_PIXELS} pixels`, {
    where: source,
    cure: 'scale the video down first',
  })
}
