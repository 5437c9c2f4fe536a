import { Command } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'
import { columns } from './text.js'

interface Parameter {
  description?: string
  enum?: unknown[]
  type?: string
}

/** `egolens methods [NAME]` */
export function methods(): Command {
  return new Command('methods')
    .description('what can be trained or evaluated, with its paper; of one method, its options')
    .argument('[name]', 'a method, to see what options a recipe may give it')
    .addOption(json())
    .addHelpText('after', examples('egolens methods', 'egolens methods x-mic', 'egolens methods --json'))
    .action(
      action(async (session, _, name) => {
        const { methodNamed, methods: registry } = await import('../methods/registry.js')
        const { z } = await import('zod')
        const chosen = name === undefined ? [...registry.values()] : [methodNamed(name)]
        const list = chosen.map(({ name, title, paper, options }) => ({
          name,
          title,
          paper,
          options: z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }),
          // What a preset or another option decides is in no schema, but in what becomes of a recipe without options.
          defaults: options.parse({}) as Record<string, unknown>,
        }))
        const rows = list.map((m) => [m.name, m.title, m.paper])
        const [one] = list
        const text =
          name !== undefined
            ? `${one!.title}\n${one!.paper}\n\n${parameters(one!.options.properties as Record<string, Parameter>, one!.defaults)}`
            : columns([['name', 'title', 'paper'], ...rows])
        session.result(list, text)
        return undefined
      }),
    )
}

function parameters(options: Record<string, Parameter>, defaults: Record<string, unknown>): string {
  const rows = Object.entries(options).map(([name, { description, enum: values, type }]) => [
    name,
    values?.join(', ') ?? type ?? '',
    JSON.stringify(defaults[name]) ?? '',
    description ?? '',
  ])
  return columns([['option', 'values', 'default', ''], ...rows])
}
