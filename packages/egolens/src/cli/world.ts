import { join } from 'node:path'
import type { PlaceName } from '@egolens/world'
import { Command } from 'commander'
import { renderingTo } from '../progress.rendering.js'
import { examples, json, whole } from './options.js'
import { action, failed } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  place: PlaceName[]
  train: number
  test: number
  untrimmed: number
  takes: number
  heldOutTakes?: number
  actions: number
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
    .option('--train <clips>', 'training clips a place', whole(0), 300)
    .option('--test <clips>', 'test clips a place', whole(0), 100)
    .option('--untrimmed <videos>', 'untrimmed videos a place and split', whole(0), 0)
    .option(
      '--takes <takes>',
      'training takes a place, seen by the wearer and by four fixed cameras around, into <place>-takes',
      whole(0),
      0,
    )
    .option('--held-out-takes <takes>', 'validation takes, and as many for the test; by default a quarter', whole(0))
    .option('--actions <number>', 'actions a take', whole(1), 8)
    .option('--seed <number>', 'the same seed draws the same world', whole(0), 1)
    .option('--workers <processes>', 'processes that draw', whole(1), 2)
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens world render world --train 300 --test 100 --untrimmed 8',
        'egolens world render world --place cafe --train 1500 --test 500',
        'egolens world render world --place kitchen --train 0 --test 0 --takes 64',
      ),
    )
    .action(
      action<Options>(async (session, options, folder) => {
        const { renderPlace, renderTakes } = await import('@egolens/world')
        const rendered: { place: string; dir: string }[] = []
        const { train, test, untrimmed, takes, actions, seed, workers } = options
        const heldOut = options.heldOutTakes ?? Math.ceil(takes / 4)
        for (const place of options.place) {
          const shared = { place, seed, workers }
          session.signal.throwIfAborted()
          if (train + test + untrimmed > 0) {
            const dir = join(folder!, place)
            const onProgress = renderingTo(session.progress, `render ${place}`)
            const counts = { clips: { train, test }, untrimmed: { train: untrimmed, test: untrimmed } }
            await renderPlace({ ...shared, dir, ...counts, onProgress })
            rendered.push({ place, dir })
          }
          session.signal.throwIfAborted()
          if (takes + heldOut > 0) {
            const dir = join(folder!, `${place}-takes`)
            const onProgress = renderingTo(session.progress, `render takes of ${place}`)
            const counts = { takes: { train: takes, val: heldOut, test: heldOut }, actions }
            await renderTakes({ ...shared, dir, ...counts, onProgress })
            rendered.push({ place, dir })
          }
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
