import { dirname } from 'node:path'
import { type Progress, silent } from '../../progress.js'
import { openStageRun } from '../ask/run.js'
import { type EgoItRecord, readEgoIt } from '../data/egoit/index.js'
import { ClipFrames, type FrameCache } from '../data/frames.js'
import { type AnsweredQuestion, answerClosed } from './closed.js'

export interface AnswerRunOptions {
  /** Media paths start from here; from the file's folder, if not said. */
  root?: string
  /** Only the first so many questions with choices. */
  limit?: number
  /** Decoded frames that runs on the same clips share. */
  cache?: FrameCache
  progress?: Progress
}

/**
 * Puts the questions of a file that have choices to the run of a stage.
 *
 * @throws EgoLensError `exo2ego/...`, `weights/...`, `dataset/...`, `video/...`
 * @example
 * accuracyOf(await answerRun('runs/practice', 'takes/questions/test.jsonl', { root: 'takes' })).all.accuracy
 */
export async function answerRun(
  dir: string,
  questions: string,
  { root = dirname(questions), limit = Number.POSITIVE_INFINITY, cache, progress = silent }: AnswerRunOptions = {},
): Promise<AnsweredQuestion[]> {
  const records: EgoItRecord[] = []
  for await (const { value } of readEgoIt(questions)) {
    if (value.choices && records.length < limit) records.push(value)
  }
  const { model, options, preprocessing, ...run } = await openStageRun(dir)
  const { frames: count, short, blind, system } = options
  try {
    const frames = new ClipFrames({ preprocessing, frames: count, short, ...(cache ? { cache } : {}) })
    return await answerClosed(model, records, { ...run, frames, root, blind, system, progress })
  } finally {
    model.dispose()
  }
}
