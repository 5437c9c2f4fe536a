import { join } from 'node:path'
import { Command } from 'commander'
import { examples, json, memorySize, positive, set, whole } from './options.js'
import { duration } from './progress.js'
import { resultText } from './result-text.js'
import { action, saving } from './session.js'
import { useAllCores } from './threads.js'
import { planRecipe } from './train.plan.js'
import { trainStageRecipe } from './train.stage.js'

interface Options {
  set: string[]
  dir?: string
  resume?: boolean
  plan?: boolean
  worldSize: number
  memory: number
  tflops?: number
  records?: number
}

/** `egolens train RECIPE` */
export function train(): Command {
  return new Command('train')
    .description('trains what a recipe says: a recognition method, which is evaluated then, or a stage of Exo2Ego')
    .argument('<recipe>', 'a YAML file, such as recipes/small/x-mic-kitchen-noun.yaml')
    .addOption(set())
    .option('--dir <folder>', "the run's directory (default: runs/<the recipe's name>)")
    .option('--resume', 'go on with the run in the directory, bit for bit')
    .option('--plan', 'of a stage: say what it takes and what would fit, and train nothing')
    .option('--world-size <count>', 'plan: processes, a device each', whole(1), 1)
    .option('--memory <size>', 'plan: of a device, such as 80GB', memorySize, 80e9)
    .option('--tflops <number>', 'plan: what a device really gives (default: 124.8, 40 % of an A800)', positive)
    .option('--records <count>', 'plan: where the data is not here (default: as in the paper)', whole(1))
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens train recipes/small/x-mic-kitchen-noun.yaml',
        'egolens train recipe.yaml --set training.seed=2 --set training.epochs=5 --dir runs/seed-2',
        'egolens train recipe.yaml --resume',
        'egolens launch --nproc 2 train recipes/exo2ego/full/guidance.yaml',
        'egolens train recipes/exo2ego/full/practice.yaml --plan --world-size 16 --memory 80GB',
      ),
    )
    .action(
      action<Options>(async (session, options, path) => {
        await useAllCores()
        const { holdsStageRecipe } = await import('../exo2ego/recipe.kind.js')
        const isStage = await holdsStageRecipe(path!)
        if (options.plan) return planRecipe(session, options, { path: path!, isStage })
        if (isStage) return trainStageRecipe(session, options, path!)
        const library = await import('../training/index.js')
        const { progress, signal } = session
        const recipe = await library.readRecipe(path!, options.set)
        const dir = options.dir ?? join('runs', recipe.name)
        library.requireOneProcess() // before a model is loaded, or a store begun
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
