import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type PreprocessOptions, pixelBox, preprocess, preprocessedPicture } from './preprocess.js'
import { type Rgb, resizeBicubic } from './resample.js'

/** Noise, the hardest picture to resize right; the golden values below were made with Pillow 9.4 from the same. */
function noise(width: number, height: number): Rgb {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, x = 12345; i < rgb.length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
    rgb[i] = (x >> 16) & 255
  }
  return { width, height, rgb }
}

const digest = ({ rgb }: Rgb) => createHash('sha256').update(rgb).digest('hex').slice(0, 16)
const whole = ({ width, height }: { width: number; height: number }) => ({ left: 0, top: 0, width, height })
const clip: PreprocessOptions = { size: 20, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1] }

describe('resizeBicubic', () => {
  it.each([
    [64, 48, 32, 24, 'a1bc31042d134c2d'],
    [64, 48, 37, 19, '2f06dc3d3ab381c9'],
    [50, 41, 80, 90, '140b10b7ba515c85'],
    [256, 192, 171, 128, 'b616a899e43be832'],
    [9, 7, 3, 2, 'c683848b878cf9eb'],
    [33, 20, 33, 10, '8143493adb7aae7c'],
  ])('gives every byte of Pillow: %dx%d to %dx%d', (w, h, width, height, golden) => {
    const picture = noise(w, h)
    expect(digest(resizeBicubic(picture, whole(picture), width, height, whole({ width, height })))).toBe(golden)
  })

  it('gives every byte of Pillow for a crop', () => {
    const crop = { left: 10, top: 5, width: 41, height: 35 }
    const resized = resizeBicubic(noise(64, 48), crop, 21, 18, whole({ width: 21, height: 18 }))
    expect([digest(resized), ...resized.rgb.slice(0, 3)]).toEqual(['ab0576435d18d0d8', 60, 180, 136])
  })

  it('gives the picture itself, byte for byte, at the size that it has', () => {
    const picture = noise(12, 9)
    expect(resizeBicubic(picture, whole(picture), 12, 9, whole(picture)).rgb).toEqual(picture.rgb)
    const [source, keep] = [
      { left: 2, top: 1, width: 8, height: 6 },
      { left: 1, top: 3, width: 5, height: 2 },
    ]
    const cut = [4, 5].flatMap((y) => [...picture.rgb.subarray((y * 12 + 3) * 3, (y * 12 + 8) * 3)])
    expect([...resizeBicubic(picture, source, 8, 6, keep).rgb]).toEqual(cut)
  })

  it('computes a part as the same part of the whole', () => {
    const picture = noise(40, 30)
    const all = resizeBicubic(picture, whole(picture), 25, 20, whole({ width: 25, height: 20 }))
    const part = resizeBicubic(picture, whole(picture), 25, 20, { left: 4, top: 7, width: 11, height: 9 })
    const cut = Array.from({ length: 9 }, (_, y) => [
      ...all.rgb.subarray(((y + 7) * 25 + 4) * 3, ((y + 7) * 25 + 15) * 3),
    ])
    expect([...part.rgb]).toEqual(cut.flat())
  })
})

describe('preprocess', () => {
  it("crops where torchvision's Resize and CenterCrop do", () => {
    expect(digest(preprocessedPicture(noise(51, 40), clip))).toBe('63e4ce34cb4be99f')
  })

  it('squashes the whole picture', () => {
    const picture = noise(64, 48)
    const squashed = preprocessedPicture(picture, { ...clip, size: 24, mode: 'squash' })
    expect(squashed).toEqual(resizeBicubic(picture, whole(picture), 24, 24, whole({ width: 24, height: 24 })))
  })

  it('gives planes of normalised values', () => {
    const picture = { width: 20, height: 20, rgb: new Uint8Array(1200).map((_, i) => [255, 51, 128][i % 3]!) }
    const pixels = preprocess([picture, picture], clip)
    expect(pixels.shape).toEqual([2, 3, 20, 20])
    const values = pixels.toTypedArray()
    expect([values[0], values[400], values[800], values[2399]]).toEqual(
      [1, -0.2, 128 / 255, 128 / 255].map((v) => expect.closeTo(v, 6)),
    )
    pixels.dispose()
  })

  it('cuts one box a picture, and keeps a picture whose box is missing or of one pixel', () => {
    const picture = noise(64, 48)
    expect(pixelBox(picture, [0.25, 0.5, 0.75, 1])).toEqual({ left: 16, top: 24, width: 32, height: 24 })
    expect(pixelBox(picture, [-1, 0.5, 9, 0.75])).toEqual({ left: 0, top: 24, width: 64, height: 12 })
    expect(pixelBox(picture, [0.5, 0.2, 0.515, 0.9])).toEqual(whole(picture))
    expect(pixelBox(picture, [0.5, 0.2, 0.4, 0.9])).toEqual(whole(picture))
    expect(pixelBox(picture, [Number.NaN, 0.2, 0.4, 0.9])).toEqual(whole(picture))
    const pixels = preprocess([picture, picture], { ...clip, crop: [[0.25, 0.5, 0.75, 1], undefined] })
    const [cut] = [preprocess([picture], { ...clip, crop: [0.25, 0.5, 0.75, 1] })]
    const [kept] = [preprocess([picture], clip)]
    expect([...pixels.toTypedArray()]).toEqual([...cut.toTypedArray(), ...kept.toTypedArray()])
    for (const tensor of [pixels, cut, kept]) tensor.dispose()
  })
})
