import { toCsv } from '../../evaluation/csv.js'
import type { RecognitionDocument } from './document.js'

/** Actions as CSV, one a line, safe to open in a spreadsheet. Every line says whether it is calibrated. */
export function recognitionCsv(document: RecognitionDocument): string {
  const columns = [
    'video',
    'start',
    'end',
    'probability',
    'verb',
    'verb_probability',
    'noun',
    'noun_probability',
    'calibrated',
  ]
  const rows = document.segments.map(({ start, end, probability, verb, noun }) => [
    document.video,
    start,
    end,
    probability,
    verb?.name,
    verb?.probability,
    noun?.name,
    noun?.probability,
    document.calibrated,
  ])
  return toCsv(columns, rows)
}
