import { halves, type Study, type StudyRow } from './plan.js'

/** What a row of a study comes to. */
export interface RowBudget {
  row: string
  runs: number
  /** Of one run on all training clips. */
  updates: number
  minutes: number
}

/** How much a study is, before it is begun. */
export interface Budget {
  study: string
  rows: RowBudget[]
  runs: number
  /** On as many cores as there are processes, features and pixels being there already. */
  minutes: number
  processes: number
}

/** Opening the clips, writing checkpoints, scoring the test sets of two places: of every run, whatever it trains. */
const secondsPerRun = (study: Study) => 1 + (used(study).train + 2 * used(study).test) / 1250

const used = ({ clips, subset }: Study) => subset ?? clips

/**
 * Counts the runs of a study and estimates its time from the seconds an update of each row.
 * @param places how many places it trains on
 * @param processes that share the runs, a core each
 */
export function budgetOf(study: Study, places: number, processes = 1): Budget {
  const rows = study.rows.map((row) => rowBudget(study, row, places))
  const sum = (of: (row: RowBudget) => number) => rows.reduce((total, row) => total + of(row), 0)
  return {
    study: study.name,
    rows,
    runs: sum(({ runs }) => runs),
    minutes: sum(({ minutes }) => minutes) / processes,
    processes,
  }
}

/** The same of one row. */
export function rowBudget(study: Study, row: StudyRow, places: number): RowBudget {
  const { training, grid, seeds, holdOut } = study
  const clips = used(study)
  const cells = places * (row.joint ? 1 : study.components.length)
  const protocols = halves(study, row) ? 2 : 1
  const minutes = (runs: number, updates: number, seconds: number) =>
    (runs * secondsPerRun(study) + updates * seconds) / 60
  if (row.method === 'zero-shot') {
    return { row: row.name, runs: protocols * cells, updates: 0, minutes: minutes(protocols * cells, 0, 0) }
  }
  const epochs = training.epochs ?? 1
  const steps = (count: number) => epochs * Math.ceil(count / (training.batch ?? 1))
  const rates = grid.length > 1 ? grid.length : 0
  const runs = cells * (rates + protocols * seeds.length)
  // Clips of base classes are fewer than all, so this is the most it can be.
  const updates = cells * (rates * steps((1 - holdOut) * clips.train) + protocols * seeds.length * steps(clips.train))
  return {
    row: row.name,
    runs,
    updates: steps(clips.train),
    minutes: minutes(runs, updates, row.secondsPerUpdate ?? 0),
  }
}

/** The plan as lines: a row each, and the sum. */
export function budgetText({ study, rows, runs, minutes, processes }: Budget): string {
  const wide = Math.max(...rows.map(({ row }) => row.length))
  const lines = rows.map(
    (row) =>
      `  ${row.row.padEnd(wide)}  ${String(row.runs).padStart(3)} runs of ${String(row.updates).padStart(4)} updates, about ${Math.ceil(row.minutes)} min of a core`,
  )
  const where = processes === 1 ? 'one process' : `${processes} processes`
  const sum = `${study}: ${runs} runs, about ${Math.ceil(minutes)} minutes in ${where} once features are there`
  return [sum, ...lines].join('\n')
}
