import { expect, it } from 'vitest'
import { clipIntervals, meanGap } from './interval.js'

it('the mean gap is that of neighbours, over all sequences', () => {
  expect(meanGap([[1, 2, 4]])).toBe(1.5)
  // Three and one gaps of together 3 + 5 seconds.
  expect(meanGap([[1, 2, 3, 4], [0, 5], [9]])).toBe(2)
  expect(meanGap([[7], []])).toBeUndefined()
})

it('clips are as in Eq. 1, with 0 and the end of the video at the edges', () => {
  // beta 1.5, alpha 1.92: half a width of 1.5 / 3.84 = 0.390625.
  expect(clipIntervals([1, 2, 4], 1.5 / (2 * 1.92), 4.2)).toEqual([
    { start: 0.609375, end: 1.390625 },
    { start: 1.609375, end: 2.390625 },
    { start: 3.609375, end: 4.2 },
  ])
})

it('clips do not reach over their neighbours', () => {
  expect(clipIntervals([0.25, 0.5, 1], 0.5, 9)).toEqual([
    { start: 0, end: 0.5 },
    { start: 0.25, end: 1 },
    { start: 0.5, end: 1.5 },
  ])
})

it('equal times share a clip that has a length', () => {
  expect(clipIntervals([1, 2, 2, 2, 3], 2, 10)).toEqual([
    { start: 0, end: 2 },
    { start: 1, end: 3 },
    { start: 1, end: 3 },
    { start: 1, end: 3 },
    { start: 2, end: 5 },
  ])
})
