import { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import { DEMO_FOLDER } from './demo/folder.js'
import { examples, json } from './options.js'
import { action, type Session, saving } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

/** `egolens demo [VIDEO]` */
export function demo(): Command {
  return new Command('demo')
    .description('the whole way on the small world, with a report to look at')
    .argument('[video]', 'a first-person video of yours, recognised too')
    .option('--dir <folder>', 'where everything is kept; what is finished there is not done again', DEMO_FOLDER)
    .option('--exo2ego', 'the three stages of Exo2Ego instead, and questions answered')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens demo',
        'egolens demo --exo2ego',
        'egolens demo my-kitchen.mp4',
        'egolens demo --dir /data/demo --json',
      ),
    )
    .action(
      action<{ dir: string; exo2ego?: boolean }>(async (session, options, video) => {
        await useAllCores()
        if (options.exo2ego) return exo2Ego(session, options.dir, video)
        const { runDemo } = await import('./demo/index.js')
        const { tableText } = await import('../evaluation/render-table.js')
        const { notice } = await import('./demo/report.js')
        const { progress, signal } = session
        const outcome = await runDemo({ folder: options.dir, progress, signal, ...(video ? { video } : {}) })
        session.result(outcome, [tableText(outcome.table), notice, '', `The report: ${outcome.report}`].join('\n'))
        return undefined
      }, saving),
    )
}

async function exo2Ego(session: Session, folder: string, video: string | undefined): Promise<undefined> {
  if (video) {
    throw new EgoLensError('demo/no-video', 'the demo of Exo2Ego takes no video', {
      cure: `run it without one, then: egolens ask ${video} "What is happening?" --model ${folder}/runs/practice`,
    })
  }
  const { runExo2EgoDemo } = await import('./demo/exo2ego/index.js')
  const { notice } = await import('./demo/report.js')
  const { progress, signal } = session
  const outcome = await runExo2EgoDemo({ folder, progress, signal })
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const rows = outcome.accuracy.map(({ stage, accuracy, chance }) => [stage, percent(accuracy), percent(chance)])
  const talk = outcome.asked.map(({ question, answer, truth }) => [question, answer, truth])
  session.result(
    outcome,
    [
      columns([['held-out questions after', 'right', 'chance'], ...rows]),
      columns([['question', 'answer', 'annotated'], ...talk]),
      notice,
      '',
      `The report: ${outcome.report}`,
    ].join('\n'),
  )
  return undefined
}
