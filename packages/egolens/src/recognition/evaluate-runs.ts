import type { Dataset, UntrimmedVideo } from '../datasets/types.js'
import { calibrateRuns } from './calibrate-runs.js'
import { evaluateRecognition, type RecognitionEvaluation } from './evaluate.js'
import { untrimmedVideos } from './held-out.js'
import { Recogniser, type RecogniserOptions, type WorkOptions } from './recogniser.js'
import type { AnnotatedVideo } from './types.js'

export interface EvaluateRunsOptions extends RecogniserOptions, WorkOptions {
  /** Called with each test video after it was scored. */
  onVideo?: (video: UntrimmedVideo, recogniser: Recogniser) => Promise<void>
}

/**
 * Calibrates runs on the untrimmed videos of a dataset's training participants, with the hands of its files of
 * detections, and measures them on those of its test participants.
 *
 * @throws EgoLensError `recognition/too-little`
 */
export async function evaluateRuns(
  runs: readonly string[],
  dataset: Dataset,
  { onVideo, ...given }: EvaluateRunsOptions = {},
): Promise<RecognitionEvaluation> {
  const { detections } = untrimmedVideos(dataset, 'untrimmed_train', 'untrimmed_test')
  const options = { ...given, hands: { provider: 'file' as const, detections } }
  await calibrateRuns(runs, dataset.untrimmed('untrimmed_train'), options)
  const recogniser = await Recogniser.open(runs, options)
  try {
    const annotated: AnnotatedVideo[] = []
    for (const video of dataset.untrimmed('untrimmed_test')) {
      annotated.push(await recogniser.annotated(video, options))
      await onVideo?.(video, recogniser)
    }
    return await evaluateRecognition(annotated, recogniser.labels, recogniser.calibration)
  } finally {
    recogniser.dispose()
  }
}
