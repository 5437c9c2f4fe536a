import { join } from 'node:path'
import { Command } from 'commander'
import { examples, json, set } from './options.js'
import { duration } from './progress.js'
import { resultText } from './result-text.js'
import { action, saving } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  set: string[]
  dir?: string
  resume?: boolean
}

/** `egolens train RECIPE` */
export function train(): Command {
  return new Command('train')
    .description('finds the features that are missing, trains what a recipe says, and evaluates it')
    .argument('<recipe>', 'a YAML file, such as recipes/small/x-mic-kitchen-noun.yaml')
    .addOption(set())
    .option('--dir <folder>', "the run's directory (default: runs/<the recipe's name>)")
    .option('--resume', 'go on with the run in the directory, bit for bit')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens train recipes/small/x-mic-kitchen-noun.yaml',
        'egolens train recipe.yaml --set training.seed=2 --set training.epochs=5 --dir runs/seed-2',
        'egolens train recipe.yaml --resume',
      ),
    )
    .action(
      action<Options>(async (session, options, path) => {
        await useAllCores()
        const library = await import('../training/index.js')
        const { progress, signal } = session
        const recipe = await library.readRecipe(path!, options.set)
        const dir = options.dir ?? join('runs', recipe.name)
        const resources = await library.openResources(recipe)
        const summary = await library.train(recipe, {
          dir,
          resume: options.resume === true,
          resources,
          progress,
          signal,
        })
        for (const warning of summary.warnings) session.say(`warning: ${warning}`)
        const result = await library.evaluateRun(dir, { resources, progress, signal })
        const text = [
          `${summary.name}: ${summary.parameters} parameters, ${summary.steps} updates in ${duration(summary.seconds)}`,
          await resultText(result),
          `The run is in ${dir}`,
        ]
        session.result(
          { ...summary, tests: result.tests.map(({ predictions, ...test }) => test), summary: result.summary },
          text.join('\n'),
        )
        return undefined
      }, saving),
    )
}
