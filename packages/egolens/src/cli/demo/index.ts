import { basename } from 'node:path'
import { renderPlace } from '@egolens/world'
import type { Result } from '../../evaluation/result.js'
import type { Table } from '../../evaluation/table.js'
import { crossTable } from '../../evaluation/tables.js'
import { renderingTo } from '../../progress.rendering.js'
import type { RecognitionEvaluation } from '../../recognition/evaluate.js'
import { type DemoSize, demoPaths, demoSize, places } from './plan.js'
import { recogniseFile, recognisePlace } from './recognise.js'
import { demoReport } from './report.js'
import { type DemoWork, demoRuns, findFeatures, openDemo, runOne } from './train.js'

export interface DemoOptions extends DemoWork {
  /** A first-person video of the user's. */
  video?: string
  /** Smaller than usual, for tests. */
  size?: DemoSize
}

export interface DemoOutcome {
  table: Table
  results: Result[]
  recognition: { place: string; evaluation: RecognitionEvaluation }[]
  report: string
}

/**
 * The whole way on the small world: draws it, finds features, evaluates zero-shot CLIP, trains X-MIC on each place,
 * evaluates it on both, recognises untrimmed videos, writes a report. What an earlier run has finished is kept.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { folder, signal, video, size = demoSize } = options
  const { epochs, ...counts } = size
  const paths = demoPaths(folder)
  const steps = stages(options, 2 + 1 + 5 + 2 + (video ? 1 : 0))
  for (const { name } of places) {
    signal.throwIfAborted()
    const { progress } = steps(`draw the ${name}`)
    const onProgress = renderingTo(progress)
    await renderPlace({ place: name, dir: paths.world(name), ...counts, seed: 1, workers: 2, onProgress })
  }
  const { resources, datasets } = await openDemo(folder)
  await findFeatures(steps('both places'))
  const runs: { result: Result; dir: string }[] = []
  for (const run of demoRuns(folder, epochs)) runs.push(await runOne(steps(run.input.name), resources, run))
  const results = runs.map(({ result }) => result)
  const table = crossTable(results)
  const recognition: DemoOutcome['recognition'] = []
  const videos: Awaited<ReturnType<typeof recogniseFile>>[] = []
  for (const { name } of places) {
    const found = await recognisePlace(steps(`untrimmed ${name}`), name, datasets.get(name)!)
    recognition.push({ place: name, evaluation: found.evaluation })
    videos.push(...found.videos)
  }
  if (video) videos.unshift(await recogniseFile(steps(basename(video)), video))
  const report = await demoReport({ table, runs, recognition, videos }, paths.report)
  return { table, results, recognition, report }
}

/** The work of the next stage: its progress says which of how many it is. */
function stages(work: DemoWork, total: number): (name: string) => DemoWork {
  let stage = 0
  return (name) => {
    const number = ++stage
    const progress: DemoWork['progress'] = (event) =>
      work.progress({ ...event, task: `${number}/${total} ${name}: ${event.task}` })
    return { folder: work.folder, signal: work.signal, progress }
  }
}
