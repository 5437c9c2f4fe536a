import type { Rgb } from '../../video/resample.js'

/**
 * A picture in the middle of a square of one colour, as wide as its longer side: what VideoLLaMA2 is trained on
 * (`image_aspect_ratio: pad`).
 *
 * @param colour red, green and blue from 0 to 1, the mean of the image tower's training pixels; fractions of 1 / 255 are
 * cut off
 */
export function padToSquare(picture: Rgb, colour: readonly [number, number, number]): Rgb {
  const { width, height, rgb } = picture
  if (width === height) return picture
  const side = Math.max(width, height)
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)]
  const square = new Uint8Array(side * side * 3)
  const [red, green, blue] = colour.map((value) => Math.trunc(value * 255))
  for (let at = 0; at < square.length; at += 3) {
    square[at] = red!
    square[at + 1] = green!
    square[at + 2] = blue!
  }
  for (let row = 0; row < height; row++) {
    square.set(rgb.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * side + left) * 3)
  }
  return { width: side, height: side, rgb: square }
}
