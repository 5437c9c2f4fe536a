import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { RecognitionDocument } from '../recognition/formats/document.js'
import type { Recognition } from '../recognition/recognise.js'
import type { HandChoice } from '../recognition/recogniser.models.js'
import { examples, json } from './options.js'
import { action, type Session } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  run?: string[]
  verbs?: string
  nouns?: string
  hands: HandChoice['provider']
  detections?: string
  store: string
  format: 'text' | 'json' | 'csv' | 'vtt'
  html?: string
}

/** `egolens recognise VIDEO` */
export function recognise(): Command {
  return new Command('recognise')
    .alias('recognize')
    .description('finds the actions of a video: verbs and nouns on a timeline')
    .argument('<video>', 'a video file, a folder of numbered images, or a tar of them')
    .option('--run <dirs...>', "runs to use, one or one for verbs and one for nouns (default: the demo's)")
    .option('--verbs <file>', 'other verbs than those trained on, one a line')
    .option('--nouns <file>', 'other nouns, one a line')
    .addOption(
      new Option('--hands <provider>', 'where hand boxes come from').choices(['ssd', 'file', 'none']).default('ssd'),
    )
    .option('--detections <file>', 'the file of boxes for --hands file')
    .option('--store <folder>', 'where features are kept', '.egolens/features')
    .addOption(
      new Option('--format <format>', 'of what is printed').choices(['text', 'json', 'csv', 'vtt']).default('text'),
    )
    .option('--html <file>', 'also write a report with the video in it')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens recognise breakfast.mp4 --html breakfast.html',
        'egolens recognise breakfast.mp4 --run runs/verb runs/noun --format vtt > breakfast.vtt',
        'egolens recognise breakfast.mp4 --nouns my-nouns.txt --json',
      ),
    )
    .action(
      action<Options>(async (session, options, video) => {
        await useAllCores()
        const [{ Recogniser }, { recognitionDocument }] = await Promise.all([
          import('../recognition/recogniser.js'),
          import('../recognition/formats/document.js'),
        ])
        const hands = {
          provider: options.detections ? 'file' : options.hands,
          detections: () => options.detections,
        } as const
        const labels = await given(options)
        const opened = { store: options.store, hands, ...(labels ? { labels } : {}) }
        const recogniser = await Recogniser.open(options.run ?? demoRuns(), opened)
        try {
          const { progress, signal } = session
          const found = await recogniser.recognise(video!, { progress, signal })
          for (const note of found.notes) session.say(`note: ${note}`)
          if (options.html)
            await html(
              session,
              options.html,
              { source: video!, recognition: found, labels: recogniser.labels },
              options,
            )
          const document = recognitionDocument(found, recogniser.labels)
          session.result(document, (await render(document, options.format)).trimEnd())
        } finally {
          recogniser.dispose()
        }
        return undefined
      }),
    )
}

/** The adapters that the demo leaves behind: those of the kitchen. */
function demoRuns(): string[] {
  const runs = ['verb', 'noun'].map((component) => join('runs/demo/runs', `x-mic-kitchen-${component}`))
  if (runs.every((run) => existsSync(join(run, 'adapter.json')))) return runs
  throw new EgoLensError('recognition/no-adapter', 'no trained run was named, and there is none of the demo here', {
    cure: 'name runs by --run, or run egolens demo in this folder first',
  })
}

async function given({ verbs, nouns }: Options): Promise<LabelSets | undefined> {
  if (!verbs && !nouns) return undefined
  const { readLabelFile } = await import('../recognition/label-file.js')
  return {
    ...(verbs ? { verb: await readLabelFile(verbs, 'verb') } : {}),
    ...(nouns ? { noun: await readLabelFile(nouns, 'noun') } : {}),
  }
}

async function render(document: RecognitionDocument, format: Options['format']): Promise<string> {
  if (format === 'json') return JSON.stringify(document, undefined, 2)
  if (format === 'csv') return (await import('../recognition/formats/csv.js')).recognitionCsv(document)
  if (format === 'vtt') return (await import('../recognition/formats/webvtt.js')).recognitionWebVtt(document)
  const rows = document.segments.map(({ start, end, probability, verb, noun }) => [
    `${start.toFixed(2)} s`,
    `${end.toFixed(2)} s`,
    [verb?.name, noun?.name].filter(Boolean).join(' '),
    `${(100 * probability).toFixed(0)} %`,
  ])
  const calibrated = document.calibrated ? '' : ' (not calibrated)'
  return rows.length
    ? columns([['start', 'end', 'action', `probability${calibrated}`], ...rows])
    : 'no actions were found'
}

async function html(
  { say }: Session,
  path: string,
  found: { source: string; recognition: Recognition; labels: LabelSets },
  { hands, detections }: Options,
): Promise<void> {
  const [library, { reportVideo, writeReport }] = await Promise.all([
    import('../hands/index.js'),
    import('../report/index.js'),
  ])
  const boxes = detections
    ? await library.readDetections(detections)
    : hands === 'ssd'
      ? await library.detectHands(found.source, { every: 0.25 })
      : []
  const video = await reportVideo({ ...found, detections: boxes })
  say(`report: ${await writeReport({ title: `Actions in ${video.title}`, videos: [video] }, path)}`)
}
