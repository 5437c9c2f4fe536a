import type { Moment } from '../moments.js'

/** A part of a take in seconds. */
export interface Window {
  moment: Moment
  start: number
  end: number
}

/** Seconds that are seen before an action and after it. */
const MARGIN = 0.2

const tidy = (seconds: number) => Number(seconds.toFixed(3))
const lengthOf = ({ take }: Moment) => take.video.frames / take.video.fps

/** The part of one action. */
export const of = (moment: Moment): Window => both(moment, moment)

/** The part from one action to another of the same take. */
export const both = (first: Moment, last: Moment): Window => ({
  moment: first,
  start: tidy(Math.max(0, first.start - MARGIN)),
  end: tidy(Math.min(lengthOf(last), last.end + MARGIN)),
})
