/** One thing that is wrong, or worth knowing. */
export interface Problem {
  /** An error makes the check fail; a note does not. */
  severity: 'error' | 'note'
  code: string
  /** File, `file:line` or `file: clips[3]`. */
  where: string
  message: string
  cure?: string
}

/** What a video, a folder or a tar of images turned out to be. */
export interface SourceReport {
  source: string
  ok: boolean
  /** Why it cannot be used, where it cannot. */
  why?: string
  kind?: 'file' | 'folder' | 'tar'
  codec?: string
  width?: number
  height?: number
  /** Frames that were decoded; all of them where `ok`. */
  frames?: number
  /** Frames a second; the mean where the rate varies. */
  frameRate?: number
  variable?: boolean
  /** Seconds. */
  duration?: number
  /** Annotated segments, and where the last one ends (s). */
  clips: number
  annotated?: number
  /** Of the bytes; of a folder, of its files' names and bytes. */
  sha256?: string
}

/** A dataset that was found, in figures. */
export interface DatasetReport {
  name: string
  title: string
  root: string
  splits: { name: string; clips: number; videos: number; participants: number; seconds: number }[]
  classes: { component: 'verb' | 'noun'; count: number; used: number }[]
}

/** All that a check found. */
export interface Audit {
  root: string
  /** False where there is at least one error. */
  ok: boolean
  datasets: DatasetReport[]
  sources: SourceReport[]
  problems: Problem[]
}

/** Something worth knowing that is no error. */
export const note = (code: string, where: string, message: string): Problem => ({
  severity: 'note',
  code,
  where,
  message,
})
