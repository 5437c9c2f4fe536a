import type { RecognitionEvaluation, RecognitionScores } from './evaluate.js'
import { components } from './types.js'

/** An evaluation as a table; shares in per cent, false alarms in each minute of idle time, null where not measured. */
export interface RecognitionTable {
  columns: string[]
  rows: { name: string; cells: (number | null)[] }[]
  note: string
}

/** The recognition beside its two baselines. */
export function recognitionTable(evaluation: RecognitionEvaluation): RecognitionTable {
  return tableOf(
    evaluation,
    columns,
    `${counts(evaluation)}. mAP and F1: mean over temporal IoU 0.1-0.5, in per cent; ` +
      'edit: order of labels, in per cent; false alarms: segments mostly in idle time, for each minute of it; ' +
      'ECE: expected calibration error at IoU 0.5, in per cent.',
  )
}

/** Segment mAP at each temporal IoU, verbs first. */
export function segmentMapTable(evaluation: RecognitionEvaluation): RecognitionTable {
  const { map } = evaluation.recognition
  const used = components.filter((component) => map[component])
  const columns = used.flatMap((component) =>
    map[component]!.at.map(({ iou }, i) => ({
      title: `${component} ${iou}`,
      value: (scores: RecognitionScores) => percent(scores.map[component]?.at[i]?.value),
    })),
  )
  return tableOf(evaluation, columns, `${counts(evaluation)}. Segment mAP by temporal IoU, in per cent.`)
}

interface Column {
  title: string
  value: (scores: RecognitionScores) => number | undefined
}

function tableOf(evaluation: RecognitionEvaluation, columns: Column[], note: string): RecognitionTable {
  const rows = [
    { name: 'argmax per window', scores: evaluation.argmaxPerWindow },
    { name: evaluation.calibrated ? 'recognition' : 'recognition, not calibrated', scores: evaluation.recognition },
    { name: 'true boundaries', scores: evaluation.oracleBoundaries },
  ]
  return {
    columns: columns.map(({ title }) => title),
    rows: rows.map(({ name, scores }) => ({ name, cells: columns.map(({ value }) => value(scores) ?? null) })),
    note,
  }
}

const counts = ({ segments, videos }: RecognitionEvaluation) =>
  `${segments} actions in ${videos} ${videos === 1 ? 'video' : 'videos'}`

/** The table for a terminal. */
export function recognitionTableText(evaluation: RecognitionEvaluation): string {
  const { columns, rows, note } = recognitionTable(evaluation)
  const text = rows.map(({ name, cells }) => [name, ...cells.map((cell) => (cell === null ? '-' : cell.toFixed(1)))])
  const all = [['', ...columns], ...text]
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)))
  const lines = all.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!))))
  return `${lines.map((cells) => cells.join('  ').trimEnd()).join('\n')}\n${note}\n`
}

const percent = (share: number | undefined) => (share === undefined ? undefined : 100 * share)

const columns: Column[] = [
  { title: 'verb mAP', value: ({ map }) => percent(map.verb?.mean) },
  { title: 'noun mAP', value: ({ map }) => percent(map.noun?.mean) },
  { title: 'verb F1', value: ({ f1 }) => percent(f1.verb) },
  { title: 'noun F1', value: ({ f1 }) => percent(f1.noun) },
  { title: 'verb edit', value: ({ edit }) => percent(edit.verb) },
  { title: 'noun edit', value: ({ edit }) => percent(edit.noun) },
  { title: 'action edit', value: ({ edit }) => percent(edit.action) },
  { title: 'false alarms', value: ({ falseAlarms }) => falseAlarms.perMinute },
  { title: 'verb ECE', value: ({ calibrationError }) => percent(calibrationError.verb) },
  { title: 'noun ECE', value: ({ calibrationError }) => percent(calibrationError.noun) },
]
