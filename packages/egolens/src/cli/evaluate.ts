import { Command, Option } from 'commander'
import { examples, json } from './options.js'
import { resultText } from './result-text.js'
import { action } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  csv?: string
  shared?: string
  subsets: 'restricted' | 'full'
}

/** `egolens evaluate RUN` */
export function evaluate(): Command {
  return new Command('evaluate')
    .description(
      "scores a run on its recipe's test sets: within, across datasets, harmonic mean, shared and novel classes",
    )
    .argument('<run>', "a run's directory")
    .option('--csv <file>', 'also write every prediction as CSV')
    .option('--shared <file>', 'shared class names of the other datasets, one a line (default: equal names)')
    .addOption(
      new Option('--subsets <space>', 'which classes compete on shared and novel ones: those alone, or all')
        .choices(['restricted', 'full'])
        .default('restricted'),
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens evaluate runs/x-mic-kitchen-noun',
        'egolens evaluate runs/x-mic-kitchen-noun --csv predictions.csv',
        'egolens evaluate runs/x-mic-ek-noun --shared semantic-nouns.txt --subsets full',
      ),
    )
    .action(
      action<Options>(async (session, options, dir) => {
        await useAllCores()
        const { evaluateRun } = await import('../training/index.js')
        const { progress, signal } = session
        const result = await evaluateRun(dir!, {
          progress,
          signal,
          subsetSpace: options.subsets,
          ...(options.shared ? { sharedList: options.shared } : {}),
        })
        if (options.csv) {
          const [{ writeAtomic }, { predictionsCsv }] = await Promise.all([
            import('../files.js'),
            import('../evaluation/result.js'),
          ])
          await writeAtomic(options.csv, predictionsCsv(result))
        }
        session.result(result, await resultText(result))
        return undefined
      }),
    )
}
