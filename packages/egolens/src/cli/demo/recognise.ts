import type { Dataset, UntrimmedVideo } from '../../datasets/types.js'
import { detectHands, type FrameDetections, readDetections } from '../../hands/index.js'
import type { RecognitionEvaluation } from '../../recognition/evaluate.js'
import { evaluateRuns } from '../../recognition/evaluate-runs.js'
import { untrimmedVideos } from '../../recognition/held-out.js'
import { Recogniser } from '../../recognition/recogniser.js'
import { type RecognisedVideo, reportVideo } from '../../report/index.js'
import { probe } from '../../video/index.js'
import { demoPaths } from './plan.js'
import type { DemoWork } from './train.js'

type ReportVideo = Awaited<ReturnType<typeof reportVideo>>

/** Calibrates a place's adapters, then finds the actions of its untrimmed test videos. */
export async function recognisePlace(
  work: DemoWork,
  place: string,
  dataset: Dataset,
): Promise<{ videos: ReportVideo[]; evaluation: RecognitionEvaluation }> {
  const paths = demoPaths(work.folder)
  const runs = [paths.run(place, 'verb'), paths.run(place, 'noun')]
  const { detections: fileOf } = untrimmedVideos(dataset, 'untrimmed_test')
  const videos: ReportVideo[] = []
  const onVideo = async (test: UntrimmedVideo, recogniser: Recogniser) => {
    const recognition = await recogniser.recognise(test.source, work)
    const file = fileOf(test.source)
    const detections = file ? await readDetections(file) : []
    const { labels } = recogniser
    const shown = { title: `${place}, ${test.id}`, recognition, labels, truth: test.segments, detections }
    videos.push(await reportVideo({ ...test, ...shown }))
  }
  const evaluation = await evaluateRuns(runs, dataset, { ...work, store: paths.features, onVideo })
  return { videos, evaluation }
}

/** A file of the user's, with the kitchen's adapters and the hand detector. */
export async function recogniseFile(work: DemoWork, source: string): Promise<ReportVideo> {
  const paths = demoPaths(work.folder)
  const runs = [paths.run('kitchen', 'verb'), paths.run('kitchen', 'noun')]
  const detections = await handsOf(source, work)
  const recogniser = await Recogniser.open(runs, { store: paths.features, hands: { provider: 'ssd' } })
  try {
    const recognition = await recogniser.recognise(source, work)
    const given: RecognisedVideo = { source, recognition, labels: recogniser.labels, detections }
    return await reportVideo(given)
  } finally {
    recogniser.dispose()
  }
}

/** Hands to draw, four times a second. */
async function handsOf(source: string, { progress, signal }: DemoWork): Promise<FrameDetections[]> {
  const every = 0.25
  const total = Math.ceil((await probe(source)).duration / every)
  let done = 0
  return detectHands(source, {
    every,
    onFrame: () => {
      signal.throwIfAborted()
      progress({ task: 'hands', done: Math.min(total, ++done), total, unit: 'frames' })
    },
  })
}
