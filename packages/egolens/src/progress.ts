/** What long work tells about itself. `total` may be unknown at first and may grow. */
export interface ProgressEvent {
  /** A short name of the work in the user's words: "features of kitchen, full view". */
  task: string
  done: number
  total?: number
  /** What is counted: "frames", "clips", "steps". */
  unit: string
  /** The latest figure worth showing, such as a loss. */
  note?: string
}

/** Receives progress; the command line draws it on stderr with the time left, libraries may ignore it. */
export type Progress = (event: ProgressEvent) => void

/** For callers that do not care. */
export const silent: Progress = () => {}
