import { Command, Option } from 'commander'
import type { Format } from '../exo2ego/data/captions/index.js'
import { faultTeller } from './faulty.js'
import { examples, json } from './options.js'
import { action } from './session.js'
import { columns } from './text.js'

interface Options {
  out: string
  media?: string
  unpack?: string
  format?: Format
}

const formats: Format[] = ['csv', 'tsv', 'jsonl', 'json', 'parquet', 'webdataset']

/** `egolens build captions DATASET FILES...` */
export function buildCaptions(): Command {
  return new Command('captions')
    .description('captions of pictures and videos, as Exo2Ego’s initialization reads them')
    .argument('<dataset>', 'panda-70m, webvid, vidal, internvid, cc3m, dci, egoclip, or own')
    .argument('<files...>', 'its lists or archives, in the order in which they are read')
    .requiredOption('--out <file>', 'the JSONL file that is written; paths in it start from its folder')
    .option('--media <folder>', 'where its pictures and videos lie', '.')
    .option('--unpack <folder>', 'where those inside archives are written')
    .addOption(new Option('--format <name>', 'how files are written whose names do not tell').choices(formats))
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens build captions egoclip egoclip.csv --media clips --out data/egoclip/captions.jsonl',
        'egolens build captions cc3m 0000*.tar --unpack data/web/cc3m --out data/web/cc3m.jsonl',
      ),
    )
    .action(
      action<Options>(async ({ say, result }, options, dataset, ...lists) => {
        const { writeCaptions } = await import('../exo2ego/data/captions/index.js')
        const { onFault } = faultTeller(say)
        const files = lists.flat() as string[]
        const counts = await writeCaptions({ mapping: dataset!, files, ...options, onFault })
        const rows: [string, number][] = [
          ['rows', counts.rows],
          ['captions', counts.captions],
          ['faulty rows, left out', counts.faults],
        ]
        const { out } = options
        result({ out, ...counts }, `${columns(rows.map(([name, value]) => [name, String(value)]))}\n${out}`)
        return undefined
      }),
    )
}
