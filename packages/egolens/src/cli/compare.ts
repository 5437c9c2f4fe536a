import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Command, Option } from 'commander'
import { EgoLensError } from '../errors.js'
import type { Comparison } from '../evaluation/compare.js'
import { examples, json, whole } from './options.js'
import { action } from './session.js'

interface Options {
  published?: boolean
  table?: number
  runs: string
  format: 'text' | 'markdown' | 'csv'
  out?: string
}

/** `egolens compare RUN...`, `egolens compare RECIPES`, `egolens compare --table N` */
export function compare(): Command {
  return new Command('compare')
    .description('results of runs side by side: tables, and the paired bootstrap against the first')
    .argument('[path...]', 'directories of runs or result files; or one folder of recipes, whose runs are looked for')
    .option('--table <n>', "the form of X-MIC's table 1 to 7, its numbers in columns headed published", whole(1))
    .option(
      '--runs <folder>',
      'where the runs of recipes are looked for, at any depth, by the name of the recipe',
      'runs',
    )
    .option('--published', "the paper's rows under the measured ones, where the classes are the paper's")
    .addOption(new Option('--format <format>', 'of the table').choices(['text', 'markdown', 'csv']).default('text'))
    .option('--out <file.html>', 'also write an HTML report')
    .addOption(json())
    .addHelpText(
      'after',
      `
With a folder of recipes several seeds of a recipe make a mean and a deviation. Rows whose runs are missing stand with
what they need: data, weights, the command that trains them. A folder called table1 to table7 has that table's form;
--table N alone takes recipes/x-mic/tableN.
${examples(
  'egolens compare runs/zero-shot runs/x-mic',
  'egolens compare runs/* --published --format markdown',
  'egolens compare recipes/x-mic/table1 --runs runs',
  'egolens compare --table 4 --out table4.html',
  'egolens compare runs/x-mic-ego4d-noun-* --table 1 --format csv',
)}`,
    )
    .action(
      action<Options>(async (session, options, ...paths) => {
        const { differenceText, tablesOf } = await import('../evaluation/compare.js')
        const render = await import('../evaluation/render-table.js')
        const comparison = await comparisonOf(paths.flat(), options)
        const tables = tablesOf(comparison)
        if (options.out) {
          const { reportTable, trainingCurves, writeReport } = await import('../report/index.js')
          const curves = trainingCurves(await logsBeside(comparison.runs ?? paths.flat()))
          await writeReport({ title: 'Comparison of runs', tables: tables.map(reportTable), curves }, options.out)
        }
        const show = { text: render.tableText, markdown: render.tableMarkdown, csv: render.tableCsv }[options.format]
        const sentences = options.format === 'csv' ? [] : comparison.differences.map(differenceText)
        session.result(comparison, [...tables.map(show), ...sentences].join('\n').trimEnd())
        return undefined
      }),
    )
}

/** What is asked for; `runs` where they were found by their recipes. */
async function comparisonOf(
  paths: string[],
  { table, runs, published }: Options,
): Promise<Comparison & { runs?: string[] }> {
  const { isRecipeSet, tableOfRecipes, tableOfResults } = await import('../studies/tables/index.js')
  const recipes = paths.length === 0 && table !== undefined ? join('recipes', 'x-mic', `table${table}`) : paths[0]
  if (recipes === undefined) {
    throw new EgoLensError('compare/nothing', 'there is nothing to compare', {
      cure: 'name runs, or a folder of recipes, or a table by --table 1',
    })
  }
  if (paths.length === 0 || (paths.length === 1 && (await isRecipeSet(recipes)))) {
    return tableOfRecipes(recipes, { runs, published: published === true, ...(table === undefined ? {} : { table }) })
  }
  const [{ readResult }, { compare: compareResults }] = await Promise.all([
    import('../evaluation/result.js'),
    import('../evaluation/compare.js'),
  ])
  const results = await Promise.all((await Promise.all(paths.map(resultFile))).map((file) => readResult(file)))
  if (table !== undefined) return tableOfResults(table, results)
  return compareResults(results, { published: published === true })
}

/** Logs that stand beside runs' results, by the names of their folders; a result file alone or a recipe has none. */
async function logsBeside(runs: readonly string[]): Promise<{ name: string; log: string }[]> {
  const found = runs.map(async (run) => {
    const folder = dirname(await resultFile(run))
    const log = await readFile(join(folder, 'log.jsonl'), 'utf8').catch(() => undefined)
    return log === undefined ? [] : [{ name: basename(folder), log }]
  })
  return (await Promise.all(found)).flat()
}

/** A run's directory stands for the result in it. @throws EgoLensError `compare/no-result` */
async function resultFile(path: string): Promise<string> {
  const isDirectory = await stat(path)
    .then((s) => s.isDirectory())
    .catch(() => false)
  if (!isDirectory) return path
  const file = join(path, 'result.json')
  const { exists } = await import('../files/read.js')
  if (await exists(file)) return file
  throw new EgoLensError('compare/no-result', 'the folder has no result.json, so it is no run that was evaluated', {
    where: path,
    cure: `name runs themselves, such as ${join(path, '*')}, and evaluate what has no result yet: egolens evaluate ${path}`,
  })
}
