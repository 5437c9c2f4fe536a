import type { Content } from './content.js'
import type { FrameDetections } from './types.js'

/** How frame numbers and pixels become seconds and relative boxes. */
export interface SegmentBoxOptions {
  /** Only what is of this video: segments named after it, images in a folder of its name; all where none is given. */
  video?: string
  /** Size of the frames that the boxes were made on, in pixels. */
  width: number
  height: number
  /** Frames a second; by default EPIC-KITCHENS' rule for the video. */
  rate?: number
  /** The frame number at time 0; 0 by default, which is EPIC-KITCHENS' rule. */
  zeroNumber?: number
}

export interface DetectionFileOptions {
  /** Score from which a hand's contact counts where a detector says what a hand touches; default 0.8, as in X-MIC. */
  handThreshold?: number
  /** For files that count frames and pixels: X-MIC's boxes and raw 100DOH output. */
  segments?: SegmentBoxOptions
  /** Where EgoClip's clips of the video end, by their start in milliseconds: for helping_hand_for_egocentric_videos. */
  clipEnds?: ReadonlyMap<number, number>
  /** Seconds added to every time, for a source that starts later than the video that the file is about. */
  shift?: number
  /** The video that the file must be about, where its format says of which one it is. */
  aboutVideo?: string
  /** Set where one file is named for all videos: then it must say which video each frame is of. */
  shared?: boolean
}

/** A file of detections, or a folder of them, with what it does not say itself. */
export interface DetectionFile extends DetectionFileOptions {
  path: string
}

/** One file a format, one line in `file.ts`. */
export interface DetectionFormat {
  title: string
  /** Whether a file may hold several videos, and names them. */
  manyVideos?: boolean
  /** Whether content has this format's shape; says nothing of whether it is whole. */
  fits(content: Content): boolean
  /** @throws EgoLensError `hands/not-detections`, `hands/no-size` and others */
  read(content: Content, where: string, options: DetectionFileOptions): FrameDetections[]
}
