import { createCanvas, ImageData } from '@napi-rs/canvas'
import type { Rgb } from '../video/index.js'
import type { Box, FrameDetections } from './types.js'

const HAND = '#ff7a1a'
const TOUCHED = '#22d3ee'
const OBJECT = '#9ca3af'
const CROP = '#ffffff'

export interface DrawOptions {
  format?: 'png' | 'jpeg'
  /** Drawn dashed, such as the crop of the frame. */
  crop?: Box
}

/** Draws detections on a frame: hands orange, objects in contact cyan, others grey, each with its score. */
export function drawDetections(
  frame: Rgb,
  { hands, objects }: Pick<FrameDetections, 'hands' | 'objects'>,
  options: DrawOptions = {},
): Buffer {
  const { width, height, rgb } = frame
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[i * 4 + c] = rgb[i * 3 + c]!
  context.putImageData(new ImageData(pixels, width, height), 0, 0)
  const line = Math.max(1, Math.round(Math.min(width, height) / 150))
  context.lineWidth = line
  context.font = `${line * 7}px sans-serif`
  const outline = ([left, top, right, bottom]: Box, colour: string, label?: string) => {
    const [x, y] = [left * width, top * height]
    context.strokeStyle = colour
    context.strokeRect(x, y, (right - left) * width, (bottom - top) * height)
    if (!label) return
    context.fillStyle = colour
    context.fillRect(x, y, context.measureText(label).width + 3 * line, 8 * line)
    context.fillStyle = '#000000'
    context.fillText(label, x + line, y + 6.5 * line)
  }
  for (const { box, score, contact } of objects) outline(box, contact ? TOUCHED : OBJECT, score.toFixed(2))
  for (const { box, score, side } of hands) outline(box, HAND, [side, score.toFixed(2)].filter(Boolean).join(' '))
  if (options.crop) {
    context.setLineDash([4 * line, 3 * line])
    outline(options.crop, CROP)
  }
  return options.format === 'jpeg' ? canvas.toBuffer('image/jpeg', 90) : canvas.toBuffer('image/png')
}
