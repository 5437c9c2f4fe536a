import type { UntrimmedVideo } from '../datasets/types.js'
import { writeAtomic } from '../files.js'
import { readAdapterInfo } from '../training/adapter.js'
import { runPaths } from '../training/run-directory.js'
import { calibrate } from './calibrate.js'
import type { Calibration } from './calibration.js'
import { Recogniser, type RecogniserOptions, type WorkOptions } from './recogniser.js'
import type { AnnotatedVideo } from './types.js'

/**
 * Fits the decisions of recognition on held-out training videos and keeps them in the adapters of the runs. Runs that
 * are calibrated together (verbs and nouns) must be used together.
 *
 * @param videos untrimmed videos of training participants, never those of a test
 * @throws EgoLensError `recognition/too-little`
 */
export async function calibrateRuns(
  directories: readonly string[],
  videos: readonly UntrimmedVideo[],
  options: RecogniserOptions & WorkOptions = {},
): Promise<Calibration> {
  const recogniser = await Recogniser.open(directories, options)
  try {
    const annotated: AnnotatedVideo[] = []
    for (const video of videos) annotated.push(await recogniser.annotated(video, options))
    const fitted = await calibrate(annotated, recogniser.labels, options)
    const { hands } = recogniser
    const calibration = hands ? { ...fitted, hands } : fitted
    for (const directory of directories) {
      const info = { ...(await readAdapterInfo(directory)), calibration }
      await writeAtomic(runPaths(directory).adapter, `${JSON.stringify(info, null, 2)}\n`)
    }
    return calibration
  } finally {
    recogniser.dispose()
  }
}
