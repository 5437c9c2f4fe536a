import { join } from 'node:path'
import type { PlaceName, RenderProgress } from '@egolens/world'
import { Command } from 'commander'
import type { Progress } from '../progress.js'
import { examples, json, whole } from './options.js'
import { action, failed } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  place: PlaceName[]
  train: number
  test: number
  untrimmed: number
  seed: number
  workers: number
}

/** `egolens world render DIR`, `egolens world check DIR` */
export function world(): Command {
  const command = new Command('world').description('the small procedural world')
  command.addCommand(render()).addCommand(check())
  return command
}

function render(): Command {
  return new Command('render')
    .description('writes places of the small world to disk, in the formats of real datasets; what is complete is kept')
    .argument('<folder>', 'each place gets a folder in it')
    .option('--place <names...>', 'kitchen, workshop, cafe', ['kitchen', 'workshop'])
    .option('--train <clips>', 'training clips a place', whole(1), 300)
    .option('--test <clips>', 'test clips a place', whole(1), 100)
    .option('--untrimmed <videos>', 'untrimmed videos a place and split', whole(0), 0)
    .option('--seed <number>', 'the same seed draws the same world', whole(0), 1)
    .option('--workers <processes>', 'processes that draw', whole(1), 2)
    .addOption(json())
    .addHelpText(
      'after',
      examples('egolens world render world', 'egolens world render world --place cafe --train 1500 --test 500'),
    )
    .action(
      action<Options>(async (session, options, folder) => {
        const { renderPlace } = await import('@egolens/world')
        const rendered: { place: string; dir: string }[] = []
        for (const name of options.place) {
          session.signal.throwIfAborted()
          const dir = join(folder!, name)
          await renderPlace({
            place: name,
            dir,
            clips: { train: options.train, test: options.test },
            untrimmed: { train: options.untrimmed, test: options.untrimmed },
            seed: options.seed,
            workers: options.workers,
            onProgress: frames(`render ${name}`, session.progress),
          })
          rendered.push({ place: name, dir })
        }
        session.result({ places: rendered }, rendered.map(({ place, dir }) => `${place} is in ${dir}`).join('\n'))
        return undefined
      }),
    )
}

function check(): Command {
  return new Command('check')
    .description(
      'holds rendered places against the gates that bind the world; takes up to an hour a place the first time',
    )
    .argument('<folder>', "the folder that holds the places' folders")
    .option('--place <names...>', 'kitchen, workshop, cafe', ['kitchen', 'workshop'])
    .addOption(json())
    .addHelpText('after', examples('egolens world check world', 'egolens world check world --place kitchen --json'))
    .action(
      action<{ place: PlaceName[] }>(async (session, options, folder) => {
        await useAllCores()
        const { checkWorld } = await import('../studies/world-gates/index.js')
        const gates = await checkWorld({ dir: folder!, places: options.place, progress: session.progress })
        const percent = (share: number | undefined) => (share === undefined ? '' : `${(100 * share).toFixed(1)} %`)
        const rows = gates.map((gate) => [
          gate.passed ? '✓' : '✗',
          gate.place,
          gate.title,
          percent(gate.value),
          percent(gate.least),
          percent(gate.most),
        ])
        session.result(gates, columns([['', 'place', 'gate', 'measured', 'least', 'most'], ...rows]))
        return gates.every((gate) => gate.passed) ? undefined : failed
      }),
    )
}

/** The world tells of videos and frames; time is best judged by frames. */
export function frames(task: string, progress: Progress) {
  return ({ done, total, frames, framesTotal }: RenderProgress) =>
    progress({ task, done: frames, total: framesTotal, unit: 'frames', note: `${done}/${total} videos` })
}
