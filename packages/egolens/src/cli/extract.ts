import { Command } from 'commander'
import { examples, json, set, shard, whole } from './options.js'
import { action, failed } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  set: string[]
  shard?: { index: number; count: number }
  workers?: number
}

/** `egolens extract RECIPE` */
export function extract(): Command {
  return new Command('extract')
    .description('finds the features of every frame that a recipe needs, once, into its feature store')
    .argument('<recipe>', 'a YAML file')
    .addOption(set())
    .option('--shard <i/n>', 'only every n-th source, from the i-th: for several processes or machines', shard)
    .option('--workers <n>', 'processes on this machine; by default one a core, and at most four', whole(1))
    .addOption(json())
    .addHelpText('after', examples('egolens extract recipe.yaml', 'egolens extract recipe.yaml --shard 0/4'))
    .action(
      action<Options>(async (session, options, path) => {
        await useAllCores()
        const { extractInProcesses, readRecipe } = await import('../training/index.js')
        const recipe = await readRecipe(path!, options.set)
        const { progress, signal } = session
        const { shard, workers } = options
        const work = { progress, signal, ...(shard ? { shard } : {}), ...(workers ? { workers } : {}) }
        const report = await extractInProcesses(recipe, work)
        const lines = [`${report.frames} frames of ${report.sources} sources; ${report.complete} sources were complete`]
        if (report.failures.length) {
          lines.push(
            `${report.failures.length} could not be read:`,
            columns(report.failures.map((f) => [f.source, f.message])),
          )
        }
        session.result(report, lines.join('\n'))
        return report.failures.length ? failed : undefined
      }),
    )
}
