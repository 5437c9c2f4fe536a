import { join } from 'node:path'
import { renderTakes } from '@egolens/world'
import { z } from 'zod'
import { FrameCache } from '../../exo2ego/data/frames.js'
import { type AnsweredQuestion, answerRun } from '../../exo2ego/index.js'
import { pairTakes, takesFiles } from '../../exo2ego/small/index.js'
import { finishStage } from '../../exo2ego/training/finish.js'
import { exists, readJson } from '../../files/read.js'
import { writeAtomic } from '../../files.js'
import { type Progress, silent } from '../../progress.js'
import { renderingTo } from '../../progress.rendering.js'
import { type Exo2EgoSize, fullSize, type StudyRun, studyRuns } from './plan.js'
import { type Exo2EgoOutcome, exo2EgoReport, type Scored } from './report.js'

export interface Exo2EgoStudyOptions {
  /** Where takes and runs are kept; a study that was stopped goes on there. */
  dir: string
  size?: Exo2EgoSize
  progress?: Progress
  signal?: AbortSignal
}

/** Not the world that recipes were tried out on. */
const SEED = 2

/**
 * Exo2Ego on the small world: held-out questions after each stage, against chance, a language model that sees no video,
 * and a model trained without the mapping. Runs that have ended are not done again.
 *
 * @throws EgoLensError `run/interrupted`, as `trainStage`
 * @example
 * const { markdown } = await runExo2EgoStudy({ dir: 'runs/study' })
 */
export async function runExo2EgoStudy(options: Exo2EgoStudyOptions): Promise<Exo2EgoOutcome> {
  const { dir, size = fullSize, progress = silent, signal } = options
  const takes = join(dir, 'takes')
  const home = join(dir, 'exo2ego')
  await renderTakes({
    place: 'kitchen',
    dir: takes,
    takes: size.takes,
    seed: SEED,
    onProgress: renderingTo(progress, 'takes'),
  })
  await pairTakes(takes)
  const runs = studyRuns(home, takes, size)
  const cache = new FrameCache()
  const before = await scored('small-initialization', join(home, 'initialization.json'), { takes, cache, progress })
  const all: { run: StudyRun; answers: AnsweredQuestion[] }[] = []
  for (const [i, run] of runs.entries()) {
    signal?.throwIfAborted()
    const named: Progress = (event) =>
      progress({ ...event, task: `${i + 1}/${runs.length} seed ${run.seed} ${event.task}` })
    await finishStage(run.recipe, { dir: run.dir, cache, progress: named, ...(signal ? { signal } : {}) })
    all.push({ run, answers: await scored(run.dir, join(run.dir, 'answers.json'), { takes, cache, progress: named }) })
  }
  const outcome = await exo2EgoReport({ size, before, runs: all satisfies Scored[] })
  await writeAtomic(join(home, 'results.md'), outcome.markdown)
  for (const [file, svg] of Object.entries(outcome.figures)) await writeAtomic(join(home, file), svg)
  return outcome
}

const answersSchema = z.array(
  z.strictObject({
    id: z.string(),
    task: z.string(),
    answer: z.string(),
    chosen: z.string(),
    probabilities: z.array(z.number()),
  }),
)

interface Asking {
  takes: string
  cache: FrameCache
  progress: Progress
}

/** A run's answers to the held-out questions: those of its file, unless there is none. */
async function scored(run: string, file: string, { takes, ...work }: Asking): Promise<AnsweredQuestion[]> {
  if (await exists(file)) return answersSchema.parse(await readJson(file))
  const answers = await answerRun(run, takesFiles(takes).questions('test'), { root: takes, ...work })
  await writeAtomic(file, `${JSON.stringify(answers)}\n`)
  return answers
}
