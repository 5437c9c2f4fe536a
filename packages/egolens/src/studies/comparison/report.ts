import type { Component } from '../../datasets/types.js'
import type { Comparison } from '../../evaluation/compare.js'
import { differenceTables } from '../../evaluation/difference-table.js'
import { tableMarkdown } from '../../evaluation/render-table.js'
import { byFirstHeading, type Table } from '../../evaluation/table.js'
import type { Study } from './plan.js'

/** What one row took on one place for one component. */
export interface StudyFact {
  row: string
  place: string
  component: Component | 'both'
  parameters: number
  updates: number
  clips: number
  /** Of training, mean over seeds. */
  seconds: number
  /** The same of processors: on a machine with other work what a row takes is told by these. */
  processorSeconds: number
  /** The most bytes of tensors at one time while it trained, the most of the seeds. */
  peakBytes: number
  /** The learning rate that was taken; absent where nothing is trained. */
  lr?: number
  /** Held-out top-1 of each rate of the grid. */
  scores: { lr: number; score: number }[]
}

/** A table and the file of its drawing, beside the page. */
export interface Figure {
  file: string
  table: Table
}

/** A study's outcome as a page: conditions, tables, costs, differences. */
export function studyMarkdown(
  study: Study,
  { facts, figures, comparison }: { facts: StudyFact[]; figures: Figure[]; comparison: Comparison },
): string {
  const { training } = study
  const conditions = [
    `Every row is trained for ${training.epochs} epochs of batches of ${training.batch} with the same optimiser, so the number of updates is the same.`,
    ...rateAndSeeds(study),
    ...(study.baseToNovel
      ? [
          `Base-to-novel runs see the first half of the classes alone, with the learning rate that was chosen for all${withoutHalves(study)}.`,
        ]
      : []),
    'The last epoch is kept. No test clip is looked at before the end.',
    ...(study.notes ?? []),
  ]
  const parts = [
    `# ${study.title}`,
    conditions.join('\n'),
    ...figures.flatMap(({ file, table }) => [narrowMarkdown(table), `![${plain(table.title)}](${file})`]),
    `## What it took\n\n${factTable(facts)}`,
    differencesOf(comparison),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The table cut into tables that a page has room for. */
function narrowMarkdown({ title, notes, ...table }: Table): string {
  const parts = byFirstHeading({ title, notes, ...table }).map((part) => tableMarkdown(part).trimEnd())
  return [`**${plain(title)}**`, ...parts, ...(notes.length > 0 ? [notes.join(' ')] : [])].join('\n\n')
}

/** The rows that are not trained on half of the classes, in words. */
function withoutHalves({ rows }: Study): string {
  const ablations = rows.filter(({ ablation }) => ablation).map(({ name }) => name)
  return ablations.length === 0 ? '' : `; ablations have none (${ablations.join('; ')})`
}

function rateAndSeeds({ grid, seeds, holdOut }: Study): string[] {
  const trained = `trained on all training clips with seeds ${seeds.join(', ')}.`
  if (grid.length === 1) return [`The learning rate is ${grid[0]} for all; each is ${trained}`]
  return [
    `The learning rate is chosen for each row, place and component from ${grid.join(', ')} by top-1 accuracy after the last epoch`,
    `on ${percent(holdOut)} of the training clips, whole participants, with seed ${seeds[0]}; then it is ${trained}`,
  ]
}

function factTable(facts: StudyFact[]): string {
  const head = [
    'Method',
    'Trained on',
    'Labels',
    'Parameters',
    'Updates',
    'Seconds',
    'Processor seconds',
    'Peak memory',
    'Learning rate',
    'Held-out top-1 by rate',
  ]
  const rows = facts.map((fact) => [
    fact.row,
    fact.place,
    fact.component === 'both' ? 'verbs and nouns' : `${fact.component}s`,
    fact.parameters.toLocaleString('en'),
    String(fact.updates),
    fact.seconds.toFixed(1),
    Number.isNaN(fact.processorSeconds) ? '-' : fact.processorSeconds.toFixed(1),
    `${Math.round(fact.peakBytes / 2 ** 20)} MiB`,
    fact.lr === undefined ? '-' : String(fact.lr),
    fact.scores.map(({ lr, score }) => `${lr}: ${percent(score)}`).join(', ') || '-',
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function differencesOf({ differences }: Comparison): string {
  const bases = [...new Set(differences.map(({ rows }) => rows[1]))]
  const note = 'In points, with the middle 95 % of 5,000 draws; in italics where that holds 0: not a clear difference.'
  return bases
    .map((base) => {
      const tables = differenceTables(differences, base).map(({ title, markdown }) => `${title}\n\n${markdown}`.trim())
      return [`## Differences from ${base}, paired bootstrap over videos`, note, ...tables].join('\n\n')
    })
    .join('\n\n')
}

/** What stands for a picture must not end its own brackets. */
const plain = (text: string) => text.replace(/[[\]]/g, '')

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
