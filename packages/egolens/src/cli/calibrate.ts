import { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import { examples, json } from './options.js'
import { action } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  split?: string
  clips?: string
  store: string
}

/** `egolens calibrate RUN...` */
export function calibrate(): Command {
  return new Command('calibrate')
    .description('fits what recognition decides by on whole annotated videos, and keeps it in the runs')
    .argument('<run...>', 'one run, or one for verbs and one for nouns that will be used together')
    .option('--split <name>', 'a split of the dataset that was trained on, used for neither training nor test')
    .option('--clips <file>', 'or a table of own clips that names every action of its videos')
    .option('--store <folder>', 'where features are kept', '.egolens/features')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens calibrate runs/verbs runs/nouns --clips whole-videos.csv',
        'egolens calibrate runs/x-mic-kitchen-verb runs/x-mic-kitchen-noun --split untrimmed_train',
      ),
    )
    .action(
      action<Options>(async (session, { split, clips, store }, ...given) => {
        const runs = given.flat()
        const wanted = clips !== undefined ? { clips } : split !== undefined ? { split } : undefined
        if (!wanted) {
          throw new EgoLensError('recognition/no-videos', 'no videos are named', {
            cure: 'name them by --clips FILE or --split NAME',
          })
        }
        await useAllCores()
        const [{ calibrateRuns }, { heldOutVideos }, { readAdapterInfo }] = await Promise.all([
          import('../recognition/calibrate-runs.js'),
          import('../recognition/held-out.js'),
          import('../training/index.js'),
        ])
        const { videos, detections } = await heldOutVideos(runs, wanted)
        const { hands } = (await readAdapterInfo(runs[0]!)).features
        // Boxes from files are there for the videos of a dataset, for others they are found.
        const files = videos.some(({ source }) => detections(source) !== undefined)
        const trained = hands.provider as 'file' | 'ssd' | 'none'
        const provider = trained === 'file' && !files ? 'ssd' : trained
        const { progress, signal } = session
        const found = await calibrateRuns(runs, videos, { store, hands: { provider, detections }, progress, signal })
        const temperatures = Object.entries(found.temperature).map(([name, value]) => `${name}s ${value.toFixed(2)}`)
        session.result(
          found,
          `Calibrated on ${found.fit.segments} actions of ${found.fit.videos} videos: temperature of ` +
            `${temperatures.join(' and ')}, threshold ${found.threshold.toFixed(2)}`,
        )
        return undefined
      }),
    )
}
