import { readFile } from 'node:fs/promises'
import { type AnsweredQuestion, accuracyOf, type StageName, stages } from '../../../exo2ego/index.js'
import { trainingCurves, writeReport } from '../../../report/index.js'
import { runPaths } from '../../../training/run-directory.js'
import { notice } from '../report.js'
import type { AskedDemo } from './ask.js'

/** Writes the demo's report. @returns its path */
export async function exo2EgoDemoReport(
  given: {
    scores: { stage: string; answers: AnsweredQuestion[] }[]
    asked: AskedDemo[]
    logs: { stage: StageName; dir: string }[]
  },
  path: string,
): Promise<string> {
  const { scores, asked, logs } = given
  const first = accuracyOf(scores[0]!.answers)
  const tasks = Object.keys(first.tasks)
  const curves = await Promise.all(
    logs.map(async ({ stage, dir }) => ({ name: stages[stage].title, log: await readFile(runPaths(dir).log, 'utf8') })),
  )
  const cells = (answers: AnsweredQuestion[], what: 'accuracy' | 'chance') => {
    const found = accuracyOf(answers)
    return [found.all[what], ...tasks.map((task) => found.tasks[task]![what])].map((share) => 100 * share)
  }
  return writeReport(
    {
      title: 'EgoLens demo: questions on first-person video',
      summary:
        'Exo2Ego on a small subset of the kitchen: a teacher learns views from outside, a student learns to map what the ' +
        'wearer sees to them, and a language model answers from both. The questions below are about people that no stage has seen.',
      notice,
      answers: asked.map(({ video, ...rest }) => ({
        file: video,
        ...rest,
        choices: rest.choices?.map(({ text, probability }) => ({ text, probability })) ?? [],
      })),
      tables: [
        {
          caption: `Accuracy on ${first.all.count} held-out questions, per cent`,
          columns: ['all', ...tasks],
          rows: [
            { name: 'chance', kind: 'bound', cells: cells(scores[0]!.answers, 'chance') },
            ...scores.map(({ stage, answers }) => ({ name: `after ${stage}`, cells: cells(answers, 'accuracy') })),
          ],
          notes: [
            'One seed. Questions that read alike have every choice as answer equally often, so words alone stay at chance.',
            'After Teacher Self-Preparation it is the tower for views from outside that looks at the wearer’s video.',
          ],
        },
      ],
      curves: trainingCurves(curves, 'Loss'),
      runs: logs.map(({ stage, dir }) => ({
        name: stages[stage].title,
        facts: { directory: dir, recipe: runPaths(dir).recipe },
      })),
    },
    path,
  )
}
