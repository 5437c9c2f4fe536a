import { Command } from 'commander'
import { examples, json } from './options.js'
import { action, saving } from './session.js'
import { useAllCores } from './threads.js'

/** `egolens demo [VIDEO]` */
export function demo(): Command {
  return new Command('demo')
    .description('the whole way on the small world, with a report to look at')
    .argument('[video]', 'a first-person video of yours, recognised too')
    .option('--dir <folder>', 'where everything is kept; what is finished there is not done again', 'runs/demo')
    .addOption(json())
    .addHelpText(
      'after',
      examples('egolens demo', 'egolens demo my-kitchen.mp4', 'egolens demo --dir /data/demo --json'),
    )
    .action(
      action<{ dir: string }>(async (session, options, video) => {
        await useAllCores()
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
