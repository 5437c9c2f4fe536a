import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Progress, silent } from '../../progress.js'
import { coresToShare, inProcesses } from '../../training/worker-process.js'
import { rowBudget } from './budget.js'
import type { Cell, Study, StudyPlace } from './plan.js'

/** What a process is to do: the cells whose numbers it is given. */
export interface StudyOrder {
  study: Study
  dir: string
  places: StudyPlace[]
  cells: number[]
  threads: number
}

interface Given {
  study: Study
  dir: string
  places: StudyPlace[]
  cells: Cell[]
  /** Of runs, for the progress. */
  total: number
  workers?: number
  progress?: Progress
  signal?: AbortSignal
}

const program = fileURLToPath(new URL('worker.js', import.meta.url))

/** Processes that a study takes: an operator of a small model keeps one core busy, and no more. */
export const studyWorkers = (workers?: number): number => workers ?? Math.min(8, coresToShare())

/**
 * Does the runs of all cells in several processes, each of which takes whole cells.
 * @returns whether they were done: not with one worker, nor where only TypeScript sources are at hand
 * @throws EgoLensError `training/worker-ended`, and those of training
 */
export async function finishInProcesses(given: Given): Promise<boolean> {
  const { study, dir, places, cells, total, progress = silent, signal } = given
  const workers = Math.min(studyWorkers(given.workers), cells.length)
  if (workers <= 1 || !existsSync(program)) return false
  const threads = Math.max(1, Math.floor(coresToShare() / workers))
  const orders = deal(study, places, cells, workers).map(
    (own): StudyOrder => ({ study, dir, places, cells: own, threads }),
  )
  const done = orders.map(() => 0)
  await inProcesses<StudyOrder, true>(orders, {
    program,
    what: 'trains',
    cure: 'the same command goes on where it stopped; where memory ran out, take fewer --workers',
    progress: (worker) => (event) => {
      if (event.task !== 'study') return // of each run on its own
      done[worker] = event.done
      progress({ ...event, done: done.reduce((sum, one) => sum + one, 0), total })
    },
    signal,
  })
  return true
}

/** Cells for each worker, by number: the longest first, each to the one who has least to do. */
export function deal(study: Study, places: StudyPlace[], cells: Cell[], workers: number): number[][] {
  const costs = cells.map(({ row }, i) => {
    const { minutes } = rowBudget(study, row, places.length)
    return { i, cost: minutes / cells.filter((cell) => cell.row === row).length }
  })
  const hands = Array.from({ length: workers }, () => ({ load: 0, own: [] as number[] }))
  for (const { i, cost } of costs.sort((a, b) => b.cost - a.cost || a.i - b.i)) {
    const least = hands.reduce((a, b) => (b.load < a.load ? b : a))
    least.load += cost
    least.own.push(i)
  }
  return hands.map(({ own }) => own.sort((a, b) => a - b))
}
