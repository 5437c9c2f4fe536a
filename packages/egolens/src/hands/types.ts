import type { ImageOptions } from '../video/index.js'

/** Left, top, right, bottom, relative to the frame's width and height, 0 to 1. */
export type Box = readonly [left: number, top: number, right: number, bottom: number]

export interface HandDetection {
  box: Box
  /** 0 to 1. */
  score: number
  side?: 'left' | 'right'
  /** 100DOH's contact state: 0 none, 1 self, 2 another person, 3 a portable object, 4 a stationary one. */
  state?: number
}

export interface ObjectDetection {
  box: Box
  score: number
  /** True for an object that a hand touches; detectors that know nothing of contact leave it out. */
  contact?: boolean
}

/** What a detector saw at one moment of a video. */
export interface FrameDetections {
  /** Seconds on the source's timeline. */
  time: number
  hands: HandDetection[]
  objects: ObjectDetection[]
}

/** Where boxes come from; a recipe value, recorded with every model that was trained on them. */
export type ProviderName = 'file' | 'ssd' | 'none'

export interface HandProvider {
  name: ProviderName
  /** Names the detector, its weights and its rule. */
  id: string
  /** The same with the detections of one source, for the keys of its features. */
  sourceId(source: string): Promise<string>
  /**
   * Detections at these times of a source, in the same order; an empty list of hands where nothing is known.
   * @param images how a folder or a tar of images is read
   */
  detections(source: string, times: readonly number[], images?: ImageOptions): Promise<FrameDetections[]>
}
