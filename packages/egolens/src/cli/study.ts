import { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import { examples, json, whole } from './options.js'
import { action, type Session, saving } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  dir: string
  quick?: boolean
  plan?: boolean
  workers?: number
}

/** `egolens study NAME` */
export function study(): Command {
  return new Command('study')
    .description(
      'compares methods fairly: equal updates, learning rate from one grid on held-out participants, three seeds; ' +
        '"recognition" takes the adapters of "x-mic" to untrimmed videos; "exo2ego" asks held-out questions after each stage',
    )
    .argument('<name>', 'methods, methods-pixels, x-mic, recognition, exo2ego')
    .option('--dir <folder>', 'where its runs are kept; a study that was stopped goes on there', 'runs/study')
    .option(
      '--workers <n>',
      'processes that share the runs of methods; by default one a core, and at most eight',
      whole(1),
    )
    .option('--plan', 'only say how many runs it is, and about how long')
    .option('--quick', 'all rows on few clips, epochs and seeds: to see that it runs, not what it says')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens study methods --plan',
        'egolens study methods',
        'egolens study methods --quick --dir /tmp/study',
        'egolens study x-mic',
        'egolens study exo2ego',
        'egolens study recognition --dir /data/study --json',
      ),
    )
    .action(
      action<Options>(async (session, options, name) => {
        await useAllCores()
        const { progress, signal } = session
        if (name === 'recognition') {
          refusePlan(options)
          const { runRecognitionStudy } = await import('../studies/recognition/index.js')
          const outcome = await runRecognitionStudy({ dir: options.dir, progress, signal })
          session.result(outcome, outcome.markdown.trimEnd())
          return undefined
        }
        if (name === 'exo2ego') return exo2Ego(session, options)
        await compareMethods(session, name!, options)
        return undefined
      }, saving),
    )
}

/** It is the study x-mic and its adapters' way through untrimmed videos: nothing of it is smaller, or counted before. */
function refusePlan({ plan, quick }: Options): void {
  if (!plan && !quick) return
  throw new EgoLensError('study/no-such-option', `the study "recognition" has no ${plan ? '--plan' : '--quick'}`, {
    cure: 'nearly all of its time is that of the study whose adapters it takes: egolens study x-mic --plan',
  })
}

async function compareMethods(session: Session, name: string, options: Options): Promise<void> {
  const { budgetOf, budgetText, partsOf, quick, runComparison, studyWorkers } = await import(
    '../studies/comparison/index.js'
  )
  const parts = options.quick ? partsOf(name).map(quick) : partsOf(name)
  const workers = studyWorkers(options.workers)
  const budgets = parts.map((part) => budgetOf(part, 2, workers))
  const plan = budgets.map(budgetText).join('\n')
  if (options.plan) {
    session.result(budgets, plan)
    return
  }
  session.say(plan)
  const { progress, signal } = session
  const outcomes = []
  for (const part of parts) outcomes.push(await runComparison(part, { dir: options.dir, workers, progress, signal }))
  const { tableText } = await import('../evaluation/render-table.js')
  const text = outcomes.flatMap(({ tables }) => tables.map(tableText)).join('\n')
  session.result(outcomes.length === 1 ? outcomes[0] : outcomes, text.trimEnd())
}

async function exo2Ego(session: Session, options: Options): Promise<undefined> {
  const { fullSize, quickSize, runExo2EgoStudy, studyRuns } = await import('../studies/exo2ego/index.js')
  const size = options.quick ? quickSize : fullSize
  const runs = new Set(studyRuns(options.dir, options.dir, size).map(({ dir }) => dir)).size
  const plan = `${runs} runs of ${size.seeds.length} seeds on ${size.takes.train} takes`
  if (options.plan) {
    session.result({ runs, ...size }, plan)
    return undefined
  }
  session.say(plan)
  const { progress, signal } = session
  const outcome = await runExo2EgoStudy({ dir: options.dir, size, progress, signal })
  session.result(outcome, outcome.markdown.trimEnd())
  return undefined
}
