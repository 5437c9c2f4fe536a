import { join } from 'node:path'
import { type Result, readResult } from '../../evaluation/result.js'
import { readIfThere } from '../../files/read.js'
import type { Progress } from '../../progress.js'
import { baseToNovel } from '../../training/base-novel.js'
import { evaluateRun } from '../../training/evaluate-run.js'
import { discardOther } from '../../training/inputs.js'
import type { Recipe } from '../../training/recipe.js'
import type { Resources } from '../../training/resources.js'
import { runPaths } from '../../training/run-directory.js'
import type { RunSummary } from '../../training/run-summary.js'
import { train } from '../../training/train.js'
import { type Cell, cellPath, cellRecipe, halves, type Study, type StudyPlace, trains } from './plan.js'
import type { StudyFact } from './report.js'

/** What the runs of one cell gave. */
export interface CellOutcome {
  results: Result[]
  fact: StudyFact
}

/** All runs of a cell, those that are not done yet: rates, then seeds, each also on half of the classes. */
export async function finishCell(study: Study, cell: Cell, places: StudyPlace[], runs: Runs): Promise<CellOutcome> {
  const lr = await chooseRate(study, cell, places, runs)
  // A method that trains nothing has no seeds.
  const seeds = lr.best === undefined ? study.seeds.slice(0, 1) : study.seeds
  const results: Result[] = []
  const summaries: RunSummary[] = []
  for (const seed of seeds) {
    const recipe = cellRecipe(study, cell, places, { seed, tune: false, ...rateOf(lr) })
    const { result, summary } = await runs.finished(recipe, [...cellPath(cell), `seed-${seed}`])
    results.push(result)
    summaries.push(summary)
    if (!halves(study, cell.row)) continue
    results.push((await runs.finished(baseToNovel(recipe), [...cellPath(cell), `base-to-novel-${seed}`])).result)
  }
  return { results, fact: factOf(cell, lr, summaries) }
}

interface Chosen {
  best?: number
  /** Held-out top-1 of each rate. */
  scores: { lr: number; score: number }[]
}

const rateOf = ({ best }: Chosen) => (best === undefined ? {} : { lr: best })

/** The rate with the best held-out accuracy after the last epoch; of equal ones the smallest. */
async function chooseRate(study: Study, cell: Cell, places: StudyPlace[], runs: Runs): Promise<Chosen> {
  const scores: Chosen['scores'] = []
  if (!trains(cell)) return { scores }
  if (study.grid.length === 1) return { best: study.grid[0]!, scores } // nothing to choose
  for (const lr of study.grid) {
    const recipe = cellRecipe(study, cell, places, { lr, seed: study.seeds[0]!, tune: true })
    scores.push({ lr, score: await runs.tuned(recipe, [...cellPath(cell), `rate-${lr}`]) })
  }
  const best = Math.max(...scores.map(({ score }) => score))
  return { best: scores.find(({ score }) => score === best)!.lr, scores }
}

/** Does runs that are not done yet, and counts them. */
export class Runs {
  private done = 0

  constructor(
    private readonly dir: string,
    private readonly resources: Resources,
    private readonly total: number,
    private readonly progress: Progress,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Trains and evaluates. */
  async finished(recipe: Recipe, path: string[]): Promise<{ result: Result; summary: RunSummary }> {
    const dir = await this.trained(recipe, path)
    const { result, summary } = runPaths(dir)
    const there = (await readIfThere(result)) !== undefined
    const read = there
      ? await readResult(result)
      : await evaluateRun(dir, { resources: this.resources, ...this.signals() })
    return { result: read, summary: JSON.parse((await readIfThere(summary))!) as RunSummary }
  }

  /** Trains and gives the validation accuracy after the last epoch. */
  async tuned(recipe: Recipe, path: string[]): Promise<number> {
    const dir = await this.trained(recipe, path)
    const lines = (await readIfThere(runPaths(dir).log))!.trim().split('\n')
    const epochs = lines.map((line) => JSON.parse(line) as { kind: string; validation?: number })
    return epochs.findLast(({ kind }) => kind === 'epoch')!.validation!
  }

  private async trained(recipe: Recipe, path: string[]): Promise<string> {
    this.signal?.throwIfAborted()
    this.progress({ task: 'study', done: this.done++, total: this.total, unit: 'runs', note: path.join(' ') })
    const dir = join(this.dir, ...path)
    const fits = await discardOther(dir, recipe, this.resources)
    const done = fits && (await readIfThere(runPaths(dir).summary)) !== undefined
    if (!done) await train(recipe, { dir, resume: true, resources: this.resources, ...this.signals() })
    return dir
  }

  private signals() {
    return this.signal ? { signal: this.signal } : {}
  }
}

function factOf({ row, place, component }: Cell, { best, scores }: Chosen, summaries: RunSummary[]): StudyFact {
  const mean = (of: (run: RunSummary) => number) => summaries.reduce((sum, run) => sum + of(run), 0) / summaries.length
  const { parameters, steps, clips } = summaries[0]!
  return {
    row: row.name,
    place: place.name,
    component,
    parameters,
    updates: steps,
    clips,
    seconds: mean((run) => run.seconds),
    processorSeconds: mean((run) => run.processorSeconds ?? Number.NaN),
    peakBytes: Math.max(...summaries.map((run) => run.peakBytes ?? 0)),
    scores,
    ...(best === undefined ? {} : { lr: best }),
  }
}
