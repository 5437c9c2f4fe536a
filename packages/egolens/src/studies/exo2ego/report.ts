import { curvesSvg } from '../../evaluation/curve-figure.js'
import { tableSvg } from '../../evaluation/figure.js'
import { tableMarkdown } from '../../evaluation/render-table.js'
import { type Spread, spread } from '../../evaluation/spread.js'
import { seedNotes, type Table, type TableRow } from '../../evaluation/table.js'
import { type AnsweredQuestion, accuracyOf, stages } from '../../exo2ego/index.js'
import { arms, type Exo2EgoSize, type StudyRun } from './plan.js'
import { type RunCost, runCost, runLosses } from './training-log.js'

/** A run and its answers to the held-out questions. */
export interface Scored {
  run: StudyRun
  answers: AnsweredQuestion[]
}

export interface Exo2EgoOutcome {
  table: Table
  markdown: string
  /** Drawings by file name, beside the page. */
  figures: Record<string, string>
}

/** The study as a page: accuracy after each stage, what it took, curves. */
export async function exo2EgoReport(given: {
  size: Exo2EgoSize
  /** Answers of the embedded Initialization. */
  before: AnsweredQuestion[]
  runs: Scored[]
}): Promise<Exo2EgoOutcome> {
  const table = accuracyTable(given)
  const figures = {
    'exo2ego-accuracy.svg': tableSvg(table),
    'exo2ego-practice.svg': curvesSvg({
      title: 'Student Self-Practice: loss on answers (seed 1)',
      x: 'step',
      y: 'loss',
      series: await lossCurves(given.runs),
    }),
  }
  const costs = await Promise.all(distinct(given.runs).map(async ({ run }) => ({ run, cost: await runCost(run.dir) })))
  const { takes, seeds } = given.size
  const parts = [
    '# Exo2Ego on the small world',
    [
      `${takes.train} takes of the kitchen to learn from and ${takes.test} held-out ones of other people, four fixed cameras around each;`,
      `${given.before.length} held-out questions with choices. Questions are balanced: all that read alike have every choice as`,
      `answer equally often. Seeds ${seeds.join(', ')}; every seed begins from the embedded Initialization. An answer is the choice`,
      'whose text is the likeliest continuation. After Teacher Self-Preparation the exo tower looks at the wearer’s video. Both image',
      'towers stay as the Initialization has them: at the rate of the connector, small ones forget what they see. The paper trains',
      'them in the stages that its section 3.4 names.',
    ].join('\n'),
    tableMarkdown(table).trimEnd(),
    '![Accuracy on held-out questions](exo2ego-accuracy.svg)',
    '![Loss of the last stage](exo2ego-practice.svg)',
    `## What it took\n\n${costTable(costs)}`,
  ]
  return { table, markdown: `${parts.join('\n\n')}\n`, figures }
}

/** Runs that several arms share once. */
const distinct = (runs: readonly Scored[]) =>
  runs.filter((one, i) => runs.findIndex(({ run }) => run.dir === one.run.dir) === i)

function accuracyTable({ before, runs }: { before: AnsweredQuestion[]; runs: Scored[] }): Table {
  const tasks = Object.keys(accuracyOf(before).tasks)
  const row = (name: string, answers: AnsweredQuestion[][]): TableRow => ({
    name,
    kind: 'measured',
    cells: accuracies(answers, tasks, 'accuracy'),
  })
  const rows: TableRow[] = [
    { name: 'chance', kind: 'measured', cells: accuracies([before], tasks, 'chance') },
    row('Initialization', [before]),
  ]
  for (const arm of arms) {
    for (const { stage, run } of arm.stages) {
      const own = runs.filter((one) => one.run.arm === arm && one.run.dir.endsWith(`/${run}`))
      const name = arm.key === 'full' || run !== 'preparation' ? `${arm.name}: ${stages[stage].title}` : undefined
      if (name && own.length > 0)
        rows.push(
          row(
            name,
            own.map(({ answers }) => answers),
          ),
        )
    }
  }
  return {
    title: 'Accuracy on held-out questions',
    // A group each, so that each kind is a panel of the drawing.
    groups: [{ title: '', groups: ['all', ...tasks].map((column) => ({ title: '', columns: [column] })) }],
    rows,
    notes: [
      ...seedNotes(rows),
      'On the small synthetic world: it shows that the way works, not how good it is on real video.',
    ],
  }
}

function accuracies(runs: AnsweredQuestion[][], tasks: string[], what: 'accuracy' | 'chance'): Spread[] {
  const found = runs.map(accuracyOf)
  return [
    spread(found.map(({ all }) => all[what])),
    ...tasks.map((task) => spread(found.map((one) => one.tasks[task]![what]))),
  ]
}

async function lossCurves(runs: readonly Scored[]) {
  const first = Math.min(...runs.map(({ run }) => run.seed))
  const last = runs.filter(({ run }) => run.seed === first && run.stage === 'practice')
  return Promise.all(last.map(async ({ run }) => ({ name: run.arm.name, points: await runLosses(run.dir) })))
}

function costTable(costs: { run: StudyRun; cost: RunCost }[]): string {
  const head = ['Stage', 'Arm', 'Seed', 'Parameters trained', 'Updates', 'Seconds', 'Loss of the last epoch']
  const rows = costs.map(({ run, cost }) => [
    stages[run.stage].title,
    run.dir.endsWith('/preparation') ? 'both with video' : run.arm.name,
    String(run.seed),
    cost.parameters.toLocaleString('en'),
    String(cost.steps),
    cost.seconds.toFixed(0),
    cost.loss.toFixed(3),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
