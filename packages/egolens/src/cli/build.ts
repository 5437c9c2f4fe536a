import { Command, Option } from 'commander'
import { buildCaptions } from './build-captions.js'
import { faultTeller } from './faulty.js'
import { examples, json, positive } from './options.js'
import { action } from './session.js'
import { columns } from './text.js'

/** `egolens build ego-exoclip ROOT`, `egolens build captions DATASET FILES...` */
export function build(): Command {
  return new Command('build')
    .description('makes training data out of annotated data sets')
    .addCommand(egoExoClip())
    .addCommand(buildCaptions())
}

interface Options {
  out: string
  descriptions?: string[]
  exclude?: string[]
  alpha?: number
  beta: 'video' | 'annotation'
  videos: 'full' | '448'
}

function egoExoClip(): Command {
  return new Command('ego-exoclip')
    .description(
      'Ego-Exo4D’s takes and atomic descriptions to clips with text, from the wearer’s eyes and from outside',
    )
    .argument('<root>', 'the folder of takes.json, annotations/ and takes/')
    .requiredOption('--out <file>', 'the JSONL file that is written')
    .option('--descriptions <files...>', 'atomic descriptions; by default those of the training split')
    .option('--exclude <files...>', 'lists of takes that are left out, a uid or name a line, beside splits.json’s')
    .option('--alpha <seconds>', 'the scale of Eq. 1; by default the mean over the takes, 1.92 in the paper', positive)
    .addOption(
      new Option('--beta <of>', 'the mean gap between narrations is that of a take’s video or of each annotation')
        .choices(['video', 'annotation'])
        .default('video'),
    )
    .addOption(
      new Option('--videos <size>', 'full-size videos or scaled ones').choices(['full', '448']).default('full'),
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens build ego-exoclip world/kitchen-takes --out pairs.jsonl',
        'egolens build ego-exoclip /data/egoexo4d --videos 448 --out ego-exoclip.jsonl',
      ),
    )
    .action(
      action<Options>(async ({ say, result }, { out, ...options }, root) => {
        const { buildEgoExoClip } = await import('../exo2ego/data/index.js')
        const teller = faultTeller(say)
        const report = await buildEgoExoClip({ root: root!, out, ...options, onFault: teller.onFault })
        const { faults } = teller
        for (const warning of report.warnings) say(warning)
        const { takes, annotations, narrations, duration } = report
        const rows: [string, number | string][] = [
          ['takes with descriptions', takes.annotated],
          ['  not in takes.json', takes.withoutUid],
          ['  of validation or test sets', takes.heldOut],
          ['  dropped', takes.dropped],
          ['  without videos', takes.withoutVideos],
          ['  without narrations', takes.withoutNarrations],
          ['takes kept', takes.kept],
          ['videos', report.videos],
          ['annotations rejected, empty, kept', [annotations.rejected, annotations.empty, annotations.kept].join(', ')],
          ['narrations after the end', narrations.beyondEnd],
          ['faulty records', faults],
          ['alpha (s)', report.alpha.toFixed(3)],
          ['clips of the wearer', report.clips],
          ['clips from outside', report.pairs],
          ['mean and longest clip (s)', `${duration.mean.toFixed(2)}, ${duration.longest.toFixed(2)}`],
        ]
        result({ out, faults, ...report }, `${columns(rows.map(([name, value]) => [name, String(value)]))}\n${out}`)
        return undefined
      }),
    )
}
