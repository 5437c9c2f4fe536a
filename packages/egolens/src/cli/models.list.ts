import { Command } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'
import { bytes, columns } from './text.js'

/** `egolens models list` */
export function list(): Command {
  return new Command('list')
    .description('the models that are there: embedded ones and the Hugging Face cache')
    .addOption(json())
    .addHelpText('after', examples('egolens models list', 'HF_HOME=/data/hf egolens models list --json'))
    .action(
      action(async (session) => {
        const { listModels } = await import('../weights/list.js')
        const found = await listModels()
        const rows = found.map((m) => [m.name, m.type ?? 'unknown', m.source, bytes(m.bytes), m.dir])
        session.result(found, columns([['name', 'type', 'from', 'size', 'folder'], ...rows]))
        return undefined
      }),
    )
}
