import { spread } from '../../evaluation/spread.js'
import type { RecognitionEvaluation } from '../../recognition/evaluate.js'
import { type RecognitionTable, recognitionTable, segmentMapTable } from '../../recognition/table.js'

/** One evaluation a seed of a place's adapters. */
export interface PlaceEvaluations {
  place: string
  evaluations: RecognitionEvaluation[]
}

/** The study's outcome as a page: two tables a place, means over seeds with their standard deviation. */
export function recognitionMarkdown(places: readonly PlaceEvaluations[], seeds: readonly number[]): string {
  const head = [
    '# Actions found in untrimmed videos of the small world',
    'The adapters are those of X-MIC in the study `x-mic`, one for verbs and one for nouns a place, on the place that they were',
    "trained on. Temperatures, evidence, threshold and honest probabilities are fitted on the training participants' untrimmed",
    `videos, for each seed of training (${seeds.join(', ')}) anew; figures are means over seeds and their standard deviation.`,
    '"Argmax per window" is the best class of every window of two seconds, equal neighbours joined; it knows no idle time.',
    '"True boundaries" is told where the actions are: the most that the same adapters could reach.',
  ]
  const parts = places.flatMap(({ place, evaluations }) => [
    `## ${place}`,
    meanTable(evaluations.map(recognitionTable)),
    meanTable(evaluations.map(segmentMapTable)),
  ])
  return `${head[0]}\n\n${head.slice(1).join('\n')}\n\n${parts.join('\n\n')}\n`
}

/** Tables of the same form as one, in Markdown. */
function meanTable(tables: readonly RecognitionTable[]): string {
  const [first] = tables
  const { columns, rows, note } = first!
  const lines = rows.map(({ name }, r) => [
    name,
    ...columns.map((_, c) => {
      const values = tables.flatMap((table) => table.rows[r]!.cells[c] ?? [])
      return values.length === 0 ? '-' : meanText(values)
    }),
  ])
  const table = [['', ...columns], ['---', ...columns.map(() => '---:')], ...lines]
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${note}`
}

function meanText(values: readonly number[]): string {
  const { mean, deviation } = spread(values)
  return deviation === undefined ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`
}
