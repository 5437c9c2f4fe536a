import { Command, Option } from 'commander'
import { examples, json, set } from './options.js'
import { resultText } from './result-text.js'
import { action } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  csv?: string
  result?: string
  set: string[]
  shared?: string
  sharedVerbs?: string
  sharedNouns?: string
  subsets?: 'restricted' | 'full'
}

/** `egolens evaluate RUN` */
export function evaluate(): Command {
  return new Command('evaluate')
    .description(
      "scores a run on its recipe's test sets: within, across datasets, harmonic mean, shared, base and novel classes",
    )
    .argument('<run>', "a run's directory")
    .option('--csv <file>', 'also write every prediction as CSV')
    .option('--result <file>', "where the result goes (default: result.json in the run's directory)")
    .addOption(set('a value over the recipe: test sets, such as data.test.1.root=/data/ego4d; may be repeated'))
    .option('--shared <file>', 'shared class names of the other datasets, one a line (default: equal names)')
    .option('--shared-verbs <file>', 'the same for the verbs of a run that recognises both')
    .option('--shared-nouns <file>', 'and for its nouns')
    .addOption(
      new Option(
        '--subsets <space>',
        'which classes compete on shared, base and novel ones: those alone (default), or all',
      ).choices(['restricted', 'full']),
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens evaluate runs/x-mic-kitchen-noun',
        'egolens evaluate runs/x-mic-kitchen-noun --csv predictions.csv',
        'egolens evaluate runs/x-mic-ek-noun --shared semantic-nouns.txt --subsets full',
        "egolens evaluate runs/x-mic-ego4d-noun --set 'data.test.2={name: egtea, dataset: egtea, split: test, root: /data/egtea}'",
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
          set: options.set,
          ...(options.result ? { out: options.result } : {}),
          ...(options.subsets ? { subsetSpace: options.subsets } : {}),
          ...shared(options),
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

function shared({ shared, sharedVerbs: verb, sharedNouns: noun }: Options) {
  if (!verb && !noun) return shared ? { sharedList: shared } : {}
  return { sharedList: { ...(verb ? { verb } : {}), ...(noun ? { noun } : {}) } }
}
