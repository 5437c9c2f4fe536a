import type { z } from 'zod'
import type { EgoLensError } from '../errors.js'
import type { DetectionFileOptions } from '../hands/formats.js'

/** A part of an action that is recognised on its own. */
export type Component = 'verb' | 'noun'

/** The classes of one component of one dataset; the index of a name is its label. */
export interface LabelSet {
  dataset: string
  component: Component
  /** Clean text, as given to the text encoder: "washing machine". */
  names: string[]
  /** The dataset's own spelling: "machine:washing". */
  keys: string[]
}

export type LabelSets = Partial<Record<Component, LabelSet>>

/** A trimmed piece of a video with what happens in it. Times are seconds on the source's own timeline. */
export interface Clip {
  id: string
  /** The dataset's name of the video. */
  video: string
  /** Where the frames are: a file, a folder of numbered images, or a tar of them. */
  source: string
  start: number
  end: number
  /** Frames a second of a folder or tar of images, which do not say it themselves. */
  frameRate?: number
  /** The image number at time 0 of a folder or tar of images; the smallest there is, if not said. */
  zeroNumber?: number
  participant?: string
  narration?: string
  verb?: number
  noun?: number
  /** Every noun of the segment, where a dataset names several. */
  nouns?: number[]
}

/** A long video with everything that is annotated in it, for recognition without given boundaries. */
export interface UntrimmedVideo {
  id: string
  source: string
  frameRate?: number
  zeroNumber?: number
  participant?: string
  segments: Clip[]
}

/** What a dataset reader gives back. Everything is in memory except frames. */
export interface Dataset {
  name: string
  root: string
  labels: LabelSets
  /** Names of the splits that exist: "train", "test" (the dataset's validation set is "test"). */
  splits: string[]
  clips(split: string): Clip[]
  untrimmed(split: string): UntrimmedVideo[]
  /** The file (or folder of files) of hand and object detections of a video, if the dataset has one. */
  detections(video: string): string | undefined
  /** What that file does not say itself: sizes and rates of frames, times of clips. */
  detectionOptions?(video: string): DetectionFileOptions | undefined
  /** What is odd but not wrong, in words for the user. */
  warnings?: string[]
}

/** One file a dataset, one line in `registry.ts`. */
export interface DatasetReader<Options = unknown> {
  name: string
  title: string
  /** Validates what a recipe says under `data`. */
  options: z.ZodType<Options>
  /**
   * @param onFault told of each faulty row, which is then left out
   * @throws EgoLensError naming file and line
   */
  open(options: Options, onFault?: OnFault): Promise<Dataset>
}

/**
 * Told of each fault that a reader finds. A reader without one throws the first; with one it leaves the faulty row out
 * and goes on, so that a check can list everything that is wrong.
 */
export type OnFault = (fault: EgoLensError) => void
