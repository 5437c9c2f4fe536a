import type { Job, Request } from './job.js'
import { jobsOf } from './job.js'
import { renderAll } from './pool.js'

export interface RenderProgress {
  /** Videos that are there, and how many there will be. */
  done: number
  total: number
  /** Frames drawn in this call, and how many it has to draw. */
  frames: number
  framesTotal: number
  seconds: number
}

export interface RunOptions {
  /** The folder that becomes the dataset's root. */
  dir: string
  /** Processes that draw; 1 draws in this one. */
  workers?: number
  onProgress?: (progress: RenderProgress) => void
}

/** Draws the videos of a tree that are not there yet. */
export async function drawMissing(request: Request, { dir, workers = 2, onProgress }: RunOptions): Promise<void> {
  const jobs = jobsOf(request)
  const missing = jobs.filter((job) => !job.isComplete(dir))
  const sum = (list: readonly Job[]) => list.reduce((total, job) => total + job.frames, 0)
  const begun = performance.now()
  const done = jobs.length - missing.length
  const progress = { done, total: jobs.length, frames: 0, framesTotal: sum(missing), seconds: 0 }
  onProgress?.({ ...progress })
  await renderAll({ dir, request }, missing, workers, (job) => {
    progress.done++
    progress.frames += job.frames
    progress.seconds = (performance.now() - begun) / 1000
    onProgress?.({ ...progress })
  })
}
