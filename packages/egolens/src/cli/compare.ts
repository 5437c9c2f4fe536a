import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'

interface Options {
  published?: boolean
  format: 'text' | 'markdown' | 'csv'
  out?: string
}

/** `egolens compare RUN...` */
export function compare(): Command {
  return new Command('compare')
    .description('results of runs side by side: tables, and the paired bootstrap against the first')
    .argument('<run...>', 'directories of runs, or result files')
    .option('--published', "the paper's numbers beside the measured ones, where the classes are the paper's")
    .addOption(new Option('--format <format>', 'of the table').choices(['text', 'markdown', 'csv']).default('text'))
    .option('--out <file.html>', 'also write an HTML report')
    .addOption(json())
    .addHelpText(
      'after',
      examples('egolens compare runs/zero-shot runs/x-mic', 'egolens compare runs/* --published --format markdown'),
    )
    .action(
      action<Options>(async (session, options, ...runs) => {
        const [{ readResult }, { compare: compareResults, differenceText }, render] = await Promise.all([
          import('../evaluation/result.js'),
          import('../evaluation/compare.js'),
          import('../evaluation/render-table.js'),
        ])
        const files = await Promise.all(runs.flat().map(resultFile))
        const results = await Promise.all(files.map((file) => readResult(file)))
        const comparison = compareResults(results, { published: options.published === true })
        const tables = [comparison.table, ...(comparison.sharedNovel ? [comparison.sharedNovel] : [])]
        if (options.out) {
          const { reportTable, writeReport } = await import('../report/index.js')
          await writeReport({ title: 'Comparison of runs', tables: tables.map(reportTable) }, options.out)
        }
        const show = { text: render.tableText, markdown: render.tableMarkdown, csv: render.tableCsv }[options.format]
        const sentences = options.format === 'csv' ? [] : comparison.differences.map(differenceText)
        session.result(comparison, [...tables.map(show), ...sentences].join('\n').trimEnd())
        return undefined
      }),
    )
}

/** A run's directory stands for the result in it. */
export async function resultFile(path: string): Promise<string> {
  const isDirectory = await stat(path)
    .then((s) => s.isDirectory())
    .catch(() => false)
  return isDirectory ? join(path, 'result.json') : path
}
