import { expect, it } from 'vitest'
import { padToSquare } from './square.js'

const mean: [number, number, number] = [0.48145466, 0.4578275, 0.40821073]
const [M, A, B] = [
  [122, 116, 104],
  [1, 2, 3],
  [4, 5, 6],
] as [number[], number[], number[]]
const picture = (width: number, height: number, pixels: number[][]) => ({
  width,
  height,
  rgb: Uint8Array.from(pixels.flat()),
})

it('a wide picture lies in the middle of a square of the mean colour', () => {
  const wide = padToSquare(picture(2, 1, [A, B]), mean)
  expect(wide).toEqual(picture(2, 2, [A, B, M, M]))
  expect(padToSquare(picture(4, 1, [A, B, B, A]), mean)).toEqual(
    picture(4, 4, [M, M, M, M, A, B, B, A, M, M, M, M, M, M, M, M]),
  )
})

it('a tall picture has it on the left and on the right', () => {
  expect(padToSquare(picture(1, 3, [A, B, A]), mean)).toEqual(picture(3, 3, [M, A, M, M, B, M, M, A, M]))
})

it('a square stays as it is', () => {
  const square = picture(2, 2, [A, B, B, A])
  expect(padToSquare(square, mean)).toBe(square)
})
