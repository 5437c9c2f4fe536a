import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { RecognitionDocument } from '../recognition/formats/document.js'
import type { Recognition } from '../recognition/recognise.js'
import type { HandChoice } from '../recognition/recogniser.models.js'
import { DEMO_FOLDER, demoRun } from './demo/folder.js'
import { detect } from './hands.js'
import { examples, frameRate, json } from './options.js'
import { action, type Session } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  run?: string[]
  verbs?: string
  nouns?: string
  hands?: HandChoice['provider']
  frameRate?: number
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
    .option(
      '--run <runs...>',
      "folders of runs or names in the hub cache, one or one for verbs and one for nouns (default: the demo's)",
    )
    .option('--verbs <file>', 'other verbs than those trained on, one a line')
    .option('--nouns <file>', 'other nouns, one a line')
    .addOption(
      new Option(
        '--hands <provider>',
        'where hand boxes come from (default: as in training, ssd instead of file)',
      ).choices(['ssd', 'file', 'none']),
    )
    .option('--detections <file>', 'the file of boxes, for --hands file')
    .addOption(frameRate())
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
        const { resolveRun } = await import('../weights/resolve-run.js')
        const runs = await Promise.all((options.run ?? demoRuns()).map(resolveRun))
        const hands = await handsFor(runs, options)
        const labels = await given(options)
        const opened = { store: options.store, hands, ...(labels ? { labels } : {}) }
        const recogniser = await Recogniser.open(runs, opened)
        try {
          const { progress, signal } = session
          const images = options.frameRate === undefined ? {} : { frameRate: options.frameRate }
          const found = await recogniser.recognise(video!, { ...images, progress, signal })
          for (const note of found.notes) session.say(`note: ${note}`)
          if (options.html) {
            const shown = { source: video!, ...images, recognition: found, labels: recogniser.labels }
            await html(session, options.html, shown, hands)
          }
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
  const runs = ['verb', 'noun'].map((component) => demoRun(DEMO_FOLDER, `x-mic-kitchen-${component}`))
  if (runs.every((run) => existsSync(join(run, 'adapter.json')))) return runs
  throw new EgoLensError('recognition/no-adapter', 'no trained run was named, and there is none of the demo here', {
    cure: 'name runs by --run, or run egolens demo in this folder first',
  })
}

/** As the adapters were trained, but for boxes from files: there is none for a new video unless it is named. */
async function handsFor(runs: readonly string[], { hands, detections }: Options): Promise<HandChoice> {
  if (detections) return { provider: 'file', detections: () => detections }
  if (hands === 'file') {
    throw new EgoLensError('recognition/no-detections', 'no file of boxes is named', {
      where: '--hands file',
      cure: 'name it by --detections, or let --hands ssd find them',
    })
  }
  const { readAdapterInfo } = await import('../training/index.js')
  const trained = await Promise.all(runs.map(async (run) => (await readAdapterInfo(run)).features.hands.provider))
  return { provider: hands ?? (trained.every((provider) => provider === 'none') ? 'none' : 'ssd') }
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
  session: Session,
  path: string,
  found: { source: string; frameRate?: number; recognition: Recognition; labels: LabelSets },
  { provider, detections }: HandChoice,
): Promise<void> {
  const [{ readDetections }, { reportVideo, writeReport }] = await Promise.all([
    import('../hands/index.js'),
    import('../report/index.js'),
  ])
  const file = detections?.(found.source)
  const { frameRate } = found
  const images = frameRate === undefined ? {} : { frameRate }
  const boxes = file
    ? await readDetections(file)
    : provider === 'ssd'
      ? await detect(session, { every: 0.25, ...images }, found.source)
      : []
  const video = await reportVideo({ ...found, detections: boxes })
  session.say(`report: ${await writeReport({ title: `Actions in ${video.title}`, videos: [video] }, path)}`)
}
