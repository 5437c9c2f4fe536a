/** One decoded picture of a source. */
export interface Frame {
  /** Presentation time in seconds from the start of the source's timeline. */
  time: number
  /** The time that was asked for; `time` is the latest presentation time not after it. */
  at: number
  /** Position in presentation order among all frames of the source, from 0. */
  index: number
  width: number
  height: number
  /** RGB24, row-major: `height * width * 3` bytes. */
  rgb: Uint8Array
}

/** `image`: a single JPEG or PNG, a video of one frame. */
export type SourceKind = 'file' | 'folder' | 'tar' | 'image'

/** What is known of a source before a picture of it is decoded. */
export interface VideoInfo {
  source: string
  kind: SourceKind
  /** Width and height as shown, so after rotation. */
  width: number
  height: number
  /** Seconds from the start of the timeline to the end of the last frame. */
  duration: number
  /** Frames a second; the mean where the rate varies. */
  frameRate: number
  /** True where the gaps between frames differ by more than rounding. */
  variable: boolean
  frames: number
  /** Time of the first frame in seconds; not 0 where the sound starts first. */
  startTime: number
  codec: string
  /** Clockwise degrees by which the stored picture is turned to be shown: 0, 90, 180 or 270. */
  rotation: number
  /** The curve of a high dynamic range; its pictures are mapped to that of BT.709. */
  hdr?: 'pq' | 'hlg'
}

/** How a folder or a tar of numbered images is read as a video. */
export interface ImageOptions {
  /** Images a second; needed for a folder or a tar, ignored for a file. */
  frameRate?: number
  /**
   * The image number shown at time 0; by default the smallest number there is. EPIC-KITCHENS' rule
   * `frame = max(1, floor(seconds * rate))` is `zeroNumber: 0`.
   */
  zeroNumber?: number
}

/** Limits on the child process that decodes. */
export interface DecodeLimits {
  /** Seconds without a sign of life from FFmpeg after which it is ended; default 60, and more across long gaps. */
  stallSeconds?: number
  /** Seconds of waiting for one FFmpeg process in all; by default an hour to probe, 10 minutes and 0.6 s a frame to decode. */
  totalSeconds?: number
  /** Decoder threads; default all cores up to 4. */
  threads?: number
}

export interface FrameOptions extends ImageOptions, DecodeLimits {
  /** Times in seconds, in any order; frames come in time order, one a time (a repeated time gives a repeated frame). */
  times?: readonly number[]
  /** A grid: the times `k * every` for whole k. Without `times` and `every` each frame comes once. */
  every?: number
  /** Only times in one of these `[start, end)`, in seconds. */
  ranges?: readonly (readonly [start: number, end: number])[]
  /** Scale down so that the shorter side has this many pixels; smaller sources stay as they are. */
  shortSide?: number
}
