import { Command } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'

interface Options {
  csv?: string
}

/** `egolens evaluate RUN` */
export function evaluate(): Command {
  return new Command('evaluate')
    .description(
      "scores a run on its recipe's test sets: within, across datasets, harmonic mean, shared and novel classes",
    )
    .argument('<run>', "a run's directory")
    .option('--csv <file>', 'also write every prediction as CSV')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens evaluate runs/x-mic-kitchen-noun',
        'egolens evaluate runs/x-mic-kitchen-noun --csv predictions.csv',
      ),
    )
    .action(
      action<Options>(async (session, options, dir) => {
        const { evaluateRun } = await import('../training/index.js')
        const [{ crossTable, sharedNovelTable }, { tableText }, { predictionsCsv }] = await Promise.all([
          import('../evaluation/tables.js'),
          import('../evaluation/render-table.js'),
          import('../evaluation/result.js'),
        ])
        const { progress, signal } = session
        const result = await evaluateRun(dir!, { progress, signal })
        if (options.csv) {
          const { writeAtomic } = await import('../files.js')
          await writeAtomic(options.csv, predictionsCsv(result))
        }
        const tables = [crossTable([result]), sharedNovelTable([result])].filter((table) => table.groups.length)
        const values = result.tests.map(
          (test) => `${test.name}, ${test.component}s, ${test.clips} clips: ${describe(test.values)}`,
        )
        session.result(result, [...values, ...tables.map((table) => `\n${tableText(table)}`)].join('\n').trimEnd())
        return undefined
      }),
    )
}

const describe = (values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${(100 * value).toFixed(2)} %`)
    .join(', ')
