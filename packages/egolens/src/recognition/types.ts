import type { Component } from '../datasets/types.js'
import type { Interval } from '../evaluation/segments.js'
import type { VideoFeatures } from '../features/types.js'

/** What a method says about windows of one video. Only the components that it recognises are there. */
export interface WindowScores {
  /** One [K] a window: class logits. */
  verb?: Float32Array[]
  noun?: Float32Array[]
  /** One [C] a window: other numbers that may tell action from idle time, such as motion or hands in view. */
  cues?: Float32Array[]
}

/** Scores windows of one video; called with batches. Times are seconds within the video. */
export type Scorer = (windows: readonly Interval[]) => WindowScores | Promise<WindowScores>

/** A video to recognise actions in. */
export interface ScoredVideo {
  id: string
  /** Seconds. */
  duration: number
  scorer: Scorer
  /** Features of the frames, where they are at hand: calibration learns from them when something is being done. */
  frames?: VideoFeatures
}

/** A true action. */
export interface TrueAction extends Interval {
  verb?: number
  noun?: number
}

/** A video whose actions are known. */
export interface AnnotatedVideo extends ScoredVideo {
  segments: readonly TrueAction[]
}

/** A class with how probable it is. */
export interface LabelScore {
  label: number
  probability: number
}

/** What one component says about a found action. */
export interface Recognised extends LabelScore {
  /** The five most probable classes if there is an action here; the first is `label`. */
  top: LabelScore[]
}

/** A found action. */
export interface ActionSegment extends Interval {
  /** That an action is here: of one that overlaps it by a temporal IoU of at least a half, when calibrated. */
  probability: number
  /** Its `probability` is that such an action is here and has this label, when calibrated. */
  verb?: Recognised
  noun?: Recognised
}

export const components: readonly Component[] = ['verb', 'noun']
