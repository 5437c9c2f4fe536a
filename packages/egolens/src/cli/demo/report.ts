import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../evaluation/result.js'
import type { Table } from '../../evaluation/table.js'
import type { RecognitionEvaluation } from '../../recognition/evaluate.js'
import { type RecognitionTable, recognitionTable, segmentMapTable } from '../../recognition/table.js'
import { type ReportData, reportTable, type reportVideo, trainingCurves, writeReport } from '../../report/index.js'
import { duration } from '../progress.js'

export const notice =
  'Results on the small synthetic world: they show that the tool works, not how good a method is on real video.'

export interface DemoFindings {
  table: Table
  runs: { result: Result; dir: string }[]
  recognition: { place: string; evaluation: RecognitionEvaluation }[]
  videos: Awaited<ReturnType<typeof reportVideo>>[]
}

/** Writes the demo's report. @returns its path */
export async function demoReport({ table, runs, recognition, videos }: DemoFindings, path: string): Promise<string> {
  const data: ReportData = {
    title: 'EgoLens demo: actions in first-person video',
    summary:
      'X-MIC adapters for nouns and verbs, trained on a kitchen and on a workshop, measured within and across both, ' +
      'and used to find the actions of untrimmed videos.',
    notice,
    videos,
    tables: [reportTable(table), ...recognition.flatMap(recognitionTables)],
    curves: await curvesOf(runs),
    runs: runs.map(({ result, dir }) => ({
      name: runName(result),
      facts: facts(result, dir),
    })),
  }
  return writeReport(data, path)
}

function recognitionTables({ place, evaluation }: DemoFindings['recognition'][number]) {
  const named = (caption: string, { columns, rows, note }: RecognitionTable) => ({
    caption: `${caption}, ${place}`,
    heads: [],
    columns,
    rows: rows.map(({ name, cells }) => ({
      name,
      kind: name === 'true boundaries' ? ('bound' as const) : ('measured' as const),
      // As text they are never called best: the largest is the worst.
      cells: cells.map((cell, i) => (/alarms|ECE/.test(columns[i]!) ? (cell?.toFixed(1) ?? null) : cell)),
    })),
    notes: [`${note} The last row is told where the actions are: the most that the same adapters could reach.`],
  })
  return [
    named('Actions found in untrimmed videos', recognitionTable(evaluation)),
    named('Segment mAP by temporal IoU', segmentMapTable(evaluation)),
  ]
}

/** Of every run that was trained. */
async function curvesOf(runs: DemoFindings['runs']): Promise<NonNullable<ReportData['curves']>> {
  const trained = runs.filter(({ result }) => result.trainedOn !== null)
  const logged = trained.map(async ({ result, dir }) => ({
    name: `${result.trainedOn}, ${result.tests[0]!.component}s`,
    log: await readFile(join(dir, 'log.jsonl'), 'utf8'),
  }))
  return trainingCurves(await Promise.all(logged), 'Training loss of X-MIC')
}

function facts(result: Result, dir: string): Record<string, string> {
  const { method, seed, parameters, updates, hashes, versions, seconds } = result
  return {
    directory: dir,
    method,
    seed: seed === null ? 'none' : String(seed),
    parameters: String(parameters ?? 0),
    updates: String(updates ?? 0),
    'time of training': duration(seconds.training ?? 0),
    ...versions,
    ...hashes,
  }
}

function runName({ name, tests, trainedOn }: Result): string {
  const components = [...new Set(tests.map((test) => `${test.component}s`))].join(' and ')
  return `${name}, ${components}, ${trainedOn === null ? 'nothing trained' : `trained on ${trainedOn}`}`
}
