/** What the page's program is given, as JSON inside the page. */
export interface Page {
  videos: Video[]
  curves: Curve[]
}

export type Component = 'verb' | 'noun'

export interface Score {
  label: string
  /** From 0 to 1. */
  probability: number
}

/** Times are seconds on the video's own timeline. */
export interface Segment {
  start: number
  end: number
  label: string
  probability?: number | undefined
  top?: Score[] | undefined
}

export interface Lane {
  component: Component
  kind: 'recognised' | 'annotated'
  segments: Segment[]
}

/** The most probable classes at one time. */
export interface Moment {
  time: number
  verb?: Score[] | undefined
  noun?: Score[] | undefined
}

/** left, top, right, bottom as parts of the frame's width and height */
export type Box = [number, number, number, number]

export interface Detections {
  time: number
  hands: { box: Box; score: number; side?: 'left' | 'right' | undefined }[]
  objects: { box: Box; score: number }[]
}

export interface Video {
  title: string
  /** A data URI, or the name of a file beside the page. */
  src: string
  width: number
  height: number
  duration: number
  lanes: Lane[]
  moments: Moment[]
  detections: Detections[]
  notes: string[]
}

export interface Curve {
  title: string
  x: string
  y: string
  series: { name: string; points: [number, number][] }[]
}
