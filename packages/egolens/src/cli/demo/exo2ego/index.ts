import { renderTakes } from '@egolens/world'
import { FrameCache } from '../../../exo2ego/data/frames.js'
import { type AnsweredQuestion, accuracyOf, answerRun, stages } from '../../../exo2ego/index.js'
import { pairTakes, takesFiles } from '../../../exo2ego/small/index.js'
import { finishStage } from '../../../exo2ego/training/finish.js'
import { renderingTo } from '../../../progress.rendering.js'
import type { DemoWork } from '../train.js'
import { type AskedDemo, askSome } from './ask.js'
import { type Exo2EgoDemoSize, exo2EgoDemoSize, exo2EgoPaths, exo2EgoRecipe, trainedStages } from './plan.js'
import { exo2EgoDemoReport } from './report.js'

export interface Exo2EgoDemoOptions extends DemoWork {
  /** Smaller than usual, for tests. */
  size?: Exo2EgoDemoSize
}

/** How many held-out questions were answered right after a stage. */
export interface StageAccuracy {
  stage: string
  questions: number
  accuracy: number
  chance: number
}

export interface Exo2EgoDemoOutcome {
  accuracy: StageAccuracy[]
  asked: AskedDemo[]
  report: string
}

/** The order of the seed of what is drawn: not that of the study. */
const SEED = 1

/**
 * Exo2Ego's three stages on a small subset of the small world, from the embedded Initialization: draws takes, trains,
 * asks held-out questions after each stage, writes a report. What an earlier run has finished is kept.
 */
export async function runExo2EgoDemo(options: Exo2EgoDemoOptions): Promise<Exo2EgoDemoOutcome> {
  const { folder, signal, size = exo2EgoDemoSize } = options
  const { takes, run, report } = exo2EgoPaths(folder)
  const total = 1 + 2 * trainedStages.length + 1
  let step = 0
  const next = (name: string) => {
    const number = ++step
    const progress: DemoWork['progress'] = (event) =>
      options.progress({ ...event, task: `${number}/${total} ${name}: ${event.task}` })
    return progress
  }
  const drawing = next('draw the takes')
  const counts = { train: size.takes.train, val: 0, test: size.takes.test }
  const onProgress = renderingTo(drawing)
  await renderTakes({ place: 'kitchen', dir: takes, takes: counts, seed: SEED, workers: 2, onProgress })
  await pairTakes(takes)
  const questions = takesFiles(takes).questions('test')
  const cache = new FrameCache()
  const scores: { stage: string; answers: AnsweredQuestion[] }[] = []
  const score = async (stage: string, dir: string) =>
    scores.push({
      stage,
      answers: await answerRun(dir, questions, { root: takes, cache, progress: next('held-out questions') }),
    })
  await score('Initialization', 'small-initialization')
  for (const stage of trainedStages) {
    signal.throwIfAborted()
    await finishStage(exo2EgoRecipe(folder, stage, size), {
      dir: run(stage),
      progress: next(stages[stage].title),
      signal,
    })
    await score(stages[stage].title, run(stage))
  }
  const asked = await askSome(run('practice'), takes)
  const accuracy = scores.map(({ stage, answers }) => {
    const { count, ...rest } = accuracyOf(answers).all
    return { stage, questions: count, ...rest }
  })
  const path = await exo2EgoDemoReport(
    { scores, asked, logs: trainedStages.map((stage) => ({ stage, dir: run(stage) })) },
    report,
  )
  return { accuracy, asked, report: path }
}
