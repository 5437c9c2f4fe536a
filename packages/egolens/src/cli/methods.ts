import { Command } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'
import { columns } from './text.js'

/** `egolens methods` */
export function methods(): Command {
  return new Command('methods')
    .description('what can be trained or evaluated, with its paper')
    .addOption(json())
    .addHelpText('after', examples('egolens methods', 'egolens methods --json'))
    .action(
      action(async (session) => {
        const { methods: registry } = await import('../methods/registry.js')
        const { z } = await import('zod')
        const list = [...registry.values()].map(({ name, title, paper, options }) => ({
          name,
          title,
          paper,
          options: z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }),
        }))
        const rows = list.map((m) => [m.name, m.title, m.paper])
        session.result(list, columns([['name', 'title', 'paper'], ...rows]))
        return undefined
      }),
    )
}
