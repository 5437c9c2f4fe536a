import { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import { placeOf } from './launch/place.js'
import { launchRanks } from './launch/ranks.js'
import { examples, json, whole } from './options.js'
import { action, saving } from './session.js'

interface Options {
  nproc: number
  nnodes?: number
  nodeRank?: number
  masterAddr?: string
  masterPort?: number
}

/** `egolens launch --nproc N COMMAND...` */
export function launch(): Command {
  return new Command('launch')
    .description('several processes of one command on this machine, in the environment that torchrun would set')
    .argument('<command...>', 'a command of egolens with its options, or a program of yours that ends in .js or .mjs')
    .requiredOption('--nproc <count>', 'processes on this machine', whole(1))
    .option('--nnodes <count>', 'machines, each with as many processes', whole(1))
    .option('--node-rank <number>', 'which of the machines this is, from 0', whole(0))
    .option('--master-addr <host>', "the first machine's address (default: the loopback, for one machine)")
    .option(
      '--master-port <port>',
      'where the processes meet (default: a free one; 29500 for several machines)',
      whole(1),
    )
    .addOption(json())
    .passThroughOptions()
    .addHelpText(
      'after',
      examples(
        'egolens launch --nproc 2 train recipe.yaml',
        'egolens launch --nproc 2 my-training.js --epochs 3',
        'egolens launch --nproc 8 --nnodes 2 --node-rank 0 --master-addr 10.0.0.7 train recipe.yaml',
      ),
    )
    .action(
      action<Options>(async (session, options, words) => {
        const command = commandOf(words as unknown as string[])
        const place = await placeOf(options)
        const { ended, signal } = launchRanks({
          place,
          command,
          // A document alone is on stdout.
          tell: (rank, stream, line) =>
            (stream === 'stdout' && !session.json ? process.stdout : process.stderr).write(`[${rank}] ${line}\n`),
        })
        const forward = (name: NodeJS.Signals) => signal(name)
        process.on('SIGINT', forward).on('SIGTERM', forward)
        try {
          const ends = await ended
          const first = ends[0]
          if (first && first.status !== 0) {
            const how = first.signal ? `was ended by ${first.signal}` : `ended with status ${first.status}`
            session.say(`egolens: rank ${first.rank} ${how}${ends.length > 1 ? '; the others were stopped' : ''}`)
          }
          const inOrder = [...ends].sort((a, b) => a.rank - b.rank)
          if (session.json) session.result({ status: first?.status ?? 0, ranks: inOrder }, '')
          return first?.status
        } finally {
          process.off('SIGINT', forward).off('SIGTERM', forward)
        }
      }, saving),
    )
}

function commandOf([name = '', ...rest]: string[]): string[] {
  if (/\.[cm]?js$/.test(name)) return [process.execPath, name, ...rest]
  if (name === 'launch') {
    throw new EgoLensError('launch/launch', 'launch does not start itself', { cure: 'name the command to start' })
  }
  return [process.execPath, process.argv[1]!, name, ...rest]
}
