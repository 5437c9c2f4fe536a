import { join } from 'node:path'
import { actionTable } from '../../evaluation/action-table.js'
import { type Comparison, compare } from '../../evaluation/compare.js'
import { tableSvg } from '../../evaluation/figure.js'
import { type Result, readResult } from '../../evaluation/result.js'
import type { Table } from '../../evaluation/table.js'
import { readIfThere } from '../../files/read.js'
import { writeAtomic } from '../../files.js'
import { type Progress, silent } from '../../progress.js'
import { baseToNovel } from '../../training/base-novel.js'
import { evaluateRun } from '../../training/evaluate-run.js'
import type { FeatureSource, Stream } from '../../training/frame-table.js'
import { discardOther } from '../../training/inputs.js'
import { viewsOf } from '../../training/loader.js'
import { extractFeatures, needsOf } from '../../training/prepare.js'
import type { Recipe } from '../../training/recipe.js'
import type { Resources } from '../../training/resources.js'
import { openResources } from '../../training/resources.open.js'
import { runPaths } from '../../training/run-directory.js'
import type { RunSummary } from '../../training/run-summary.js'
import { train } from '../../training/train.js'
import { budgetOf } from './budget.js'
import { type Cell, cellPath, cellRecipe, cellsOf, halves, type Study, type StudyPlace, trains } from './plan.js'
import { type Figure, type StudyFact, studyMarkdown } from './report.js'
import { studyNamed } from './studies.js'
import { renderPlaces } from './world.js'

export interface StudyOptions {
  /** Everything is kept here; a study that was stopped goes on where it was, run by run. */
  dir: string
  progress?: Progress
  signal?: AbortSignal
  /** Values over the study's own: fewer rows, seeds, clips. */
  changes?: Partial<Study>
  /** Places and models that are there already, instead of the rendered world and the small CLIP. */
  places?: StudyPlace[]
  resources?: Resources
}

export interface StudyOutcome {
  study: string
  /** One a cell: what was trained, with which learning rate, how long. */
  facts: StudyFact[]
  tables: Table[]
  comparison: Comparison
  /** The whole as a page. */
  markdown: string
}

/**
 * Compares methods fairly: the same number of updates, the learning rate chosen for each from one grid on participants
 * held out of training, then every seed on all training clips; tested within and across places.
 *
 * @example
 * const { markdown } = await runStudy('x-mic', { dir: 'runs/study' })
 * @throws EgoLensError `study/unknown`, `run/interrupted`
 */
export async function runStudy(name: string, options: StudyOptions): Promise<StudyOutcome> {
  return runComparison(studyNamed(name), options)
}

/** The same of a study that is not in the list. @throws EgoLensError `run/interrupted` */
export async function runComparison(of: Study, options: StudyOptions): Promise<StudyOutcome> {
  const study = { ...of, ...options.changes }
  study.features = { store: join(options.dir, 'features'), ...study.features }
  const { dir, progress = silent, signal } = options
  const places = options.places ?? (await renderPlaces(join(dir, study.world), study, progress))
  const cells = cellsOf(study, places)
  const first = cellRecipe(study, cells[0]!, places, { seed: study.seeds[0]!, tune: false })
  const resources = inMemory(options.resources ?? (await openResources(first)))

  // Before all runs: how long that takes can be told, and the seconds of a run are those of training alone.
  for (const recipe of featureRecipes(study, cells, places, resources)) {
    await extractFeatures(recipe, { resources, progress, ...(signal ? { signal } : {}) })
  }

  const results: Result[] = []
  const facts: StudyFact[] = []
  const runs = new Runs(join(dir, study.name), resources, budgetOf(study, places.length).runs, progress, signal)
  for (const cell of cells) {
    const lr = await chooseRate(study, cell, places, runs)
    // A method that trains nothing has no seeds.
    const seeds = lr.best === undefined ? study.seeds.slice(0, 1) : study.seeds
    const summaries: RunSummary[] = []
    for (const seed of seeds) {
      const recipe = cellRecipe(study, cell, places, { seed, tune: false, ...rateOf(lr) })
      const { result, summary } = await runs.finished(recipe, [...cellPath(cell), `seed-${seed}`])
      results.push(result)
      summaries.push(summary)
      if (!halves(study, cell.row)) continue
      results.push((await runs.finished(baseToNovel(recipe), [...cellPath(cell), `base-to-novel-${seed}`])).result)
    }
    facts.push(factOf(cell, lr, summaries))
  }

  const comparison = compare(results, { against: study.against })
  const drawn = figures(results, comparison)
  const tables = drawn.map(({ table }) => table)
  const outcome = { study: study.name, facts, tables, comparison }
  const markdown = studyMarkdown(study, { ...outcome, figures: drawn })
  await writeAtomic(join(dir, study.name, 'results.md'), markdown)
  for (const { file, table } of drawn) await writeAtomic(join(dir, study.name, file), tableSvg(table))
  return { ...outcome, markdown }
}

/** The tables that there is something for, each with the name of its drawing. */
function figures(results: Result[], { table, sharedNovel, baseNovel }: Comparison): Figure[] {
  const all = [
    { file: 'within-cross.svg', table },
    { file: 'shared-novel.svg', table: sharedNovel },
    { file: 'actions.svg', table: actionTable(results) },
    { file: 'base-novel.svg', table: baseNovel },
  ]
  return all.filter((one): one is Figure => one.table !== undefined && one.table.groups.length > 0)
}

/** For each place the recipe whose features are those of all rows, and one for each kind of pixels that rows see. */
function featureRecipes(study: Study, cells: Cell[], places: StudyPlace[], resources: Resources): Recipe[] {
  const wanted = cells.map((cell) => {
    const recipe = cellRecipe(study, cell, places, { seed: study.seeds[0]!, tune: false })
    return { place: cell.place, recipe, needs: needsOf(recipe, resources) }
  })
  const views = [
    ...new Set(wanted.flatMap(({ needs }) => (needs.clip === 'features' ? viewsOf(needs) : needs.context))),
  ]
  return places.flatMap((place) => {
    const own = wanted.filter((one) => one.place === place)
    const pixels = new Map(
      own.flatMap(({ needs, recipe }) => (needs.clip === 'pixels' ? [[viewsOf(needs).join(), recipe]] : [])),
    )
    const features = own.find(({ needs }) => needs.clip === 'features')
    return [
      ...(features ? [{ ...features.recipe, features: { ...features.recipe.features, views } }] : []),
      ...pixels.values(),
    ]
  })
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
class Runs {
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

/** A study reads the same features in every run: they are kept. */
function inMemory(resources: Resources): Resources {
  const kept = new Map<string, ReturnType<FeatureSource['read']>>()
  const { features } = resources
  const read = async (stream: Stream, source: string) => {
    const key = `${features.key(stream)} ${source}`
    const found = kept.get(key) ?? features.read(stream, source)
    kept.set(key, found)
    const values = await found
    if (values === undefined) kept.delete(key) // it may be found later
    return values
  }
  // Pixels are mapped, not read.
  const pixels = async (stream: Stream, source: string) => features.pixels?.(stream, source)
  return { ...resources, features: { key: (stream) => features.key(stream), read, pixels } }
}
