import { join } from 'node:path'
import { writeAtomic } from '../../files.js'
import { type Progress, silent } from '../../progress.js'
import type { RecognitionEvaluation } from '../../recognition/evaluate.js'
import { evaluateRuns } from '../../recognition/evaluate-runs.js'
import { openSpec } from '../../training/resources.open.js'
import { type Cell, cellPath } from '../comparison/plan.js'
import { runStudy } from '../comparison/run.js'
import { renderPlaces } from '../comparison/world.js'
import { xMicStudy } from '../comparison/x-mic.js'
import { type PlaceEvaluations, recognitionMarkdown } from './report.js'

export interface RecognitionStudyOptions {
  /** The folder of the study `x-mic`, whose adapters are used; those that are missing are trained. */
  dir: string
  progress?: Progress
  signal?: AbortSignal
}

export interface RecognitionStudyOutcome {
  places: PlaceEvaluations[]
  markdown: string
}

/** The row of the study `x-mic` whose adapters recognise. */
const ROW = 'X-MIC'

/**
 * How well actions are found in the small world's untrimmed videos by the adapters of the study `x-mic`, every seed:
 * calibrated on the untrimmed videos of training participants, measured on those of test participants, beside the best
 * class of each window and beside true boundaries.
 *
 * @throws EgoLensError `run/interrupted`
 * @example
 * const { markdown } = await runRecognitionStudy({ dir: 'runs/study' })
 */
export async function runRecognitionStudy({
  dir,
  progress = silent,
  signal,
}: RecognitionStudyOptions): Promise<RecognitionStudyOutcome> {
  const work = { progress, ...(signal ? { signal } : {}) }
  await runStudy('x-mic', { dir, ...work })
  const study = xMicStudy
  const row = study.rows.find(({ name }) => name === ROW)!
  const places: PlaceEvaluations[] = []
  for (const place of await renderPlaces(join(dir, 'world'), study, progress)) {
    const dataset = await openSpec(place.train)
    const evaluations: RecognitionEvaluation[] = []
    for (const seed of study.seeds) {
      const runs = (['verb', 'noun'] as const).map((component) => {
        const cell: Cell = { row, place, component }
        return join(dir, study.name, ...cellPath(cell), `seed-${seed}`)
      })
      evaluations.push(await evaluateRuns(runs, dataset, { store: join(dir, 'features'), ...work }))
    }
    places.push({ place: place.name, evaluations })
  }
  const markdown = recognitionMarkdown(places, study.seeds)
  await writeAtomic(join(dir, 'recognition', 'results.md'), markdown)
  return { places, markdown }
}
