import { Command } from 'commander'
import { examples, json } from './options.js'
import { action, saving } from './session.js'
import { useAllCores } from './threads.js'

/** `egolens study NAME` */
export function study(): Command {
  return new Command('study')
    .description(
      'compares methods fairly: equal updates, learning rate from one grid on held-out participants, three seeds; ' +
        '"recognition" takes the adapters of "x-mic" to untrimmed videos',
    )
    .argument('<name>', 'x-mic, recognition')
    .option('--dir <folder>', 'where its runs are kept; a study that was stopped goes on there', 'runs/study')
    .addOption(json())
    .addHelpText(
      'after',
      examples('egolens study x-mic', 'egolens study recognition', 'egolens study x-mic --dir /data/study --json'),
    )
    .action(
      action<{ dir: string }>(async (session, options, name) => {
        await useAllCores()
        const { progress, signal } = session
        if (name === 'recognition') {
          const { runRecognitionStudy } = await import('../studies/recognition/index.js')
          const outcome = await runRecognitionStudy({ dir: options.dir, progress, signal })
          session.result(outcome, outcome.markdown.trimEnd())
          return undefined
        }
        const { runStudy } = await import('../studies/comparison/index.js')
        const outcome = await runStudy(name!, { dir: options.dir, progress, signal })
        const { tableText } = await import('../evaluation/render-table.js')
        session.result(outcome, outcome.tables.map(tableText).join('\n').trimEnd())
        return undefined
      }, saving),
    )
}
