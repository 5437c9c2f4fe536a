import { Command, InvalidArgumentError } from 'commander'
import { examples, json, whole } from './options.js'
import { action, failed } from './session.js'

interface Options {
  dataset?: string
  set: [key: string, value: string][]
  jobs?: number
  html?: string
}

/** `egolens data check DIR` */
export function data(): Command {
  return new Command('data').description('looks at data before they are used').addCommand(check())
}

function check(): Command {
  return new Command('check')
    .description('decode every video and validate every annotation once; list everything that is wrong')
    .argument('<dir>', 'a folder with a dataset, with one in each sub-folder, or with videos; or a table of own clips')
    .option('--dataset <name>', 'epic-kitchens-100, ego4d-fho-lta, egtea or own; found by its files otherwise')
    .option(
      '--set <key=value>',
      "an option of the dataset's reader, such as videos=/data/clips; may be repeated",
      pair,
      [],
    )
    .option('--jobs <number>', 'videos that are decoded at the same time; all cores by default', whole(1))
    .option('--html <page>', 'write a page with all of it')
    .addOption(json())
    .addHelpText(
      'after',
      `\nExit status 1 when something is wrong, 0 when there are notes at most.\n${examples(
        'egolens data check world --html check.html',
        'egolens data check /data/epic --dataset epic-kitchens-100 --set videos=/data/epic/videos',
        'egolens data check clips.csv --json > check.json',
      )}`,
    )
    .action(
      action<Options>(async ({ progress, signal, say, result }, { dataset, set, jobs, html }, dir) => {
        const { auditData, auditText, writeAuditPage } = await import('../audit/index.js')
        const options = Object.fromEntries(set)
        const audit = await auditData(dir!, {
          options,
          progress,
          signal,
          ...(dataset === undefined ? {} : { dataset }),
          ...(jobs === undefined ? {} : { jobs }),
        })
        if (html !== undefined) {
          await writeAuditPage(audit, html)
          say(`page: ${html}`)
        }
        result(audit, auditText(audit))
        return audit.ok ? undefined : failed
      }),
    )
}

function pair(text: string, before: [string, string][]): [string, string][] {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It is like videos=/data/clips.')
  return [...before, [text.slice(0, at), text.slice(at + 1)]]
}
