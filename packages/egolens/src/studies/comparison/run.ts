import { join } from 'node:path'
import { actionTable } from '../../evaluation/action-table.js'
import { type Comparison, compare } from '../../evaluation/compare.js'
import { tableSvg } from '../../evaluation/figure.js'
import type { Result } from '../../evaluation/result.js'
import type { Table } from '../../evaluation/table.js'
import { writeAtomic } from '../../files.js'
import { type Progress, silent } from '../../progress.js'
import { viewsOf } from '../../training/loader.js'
import { extractFeatures, needsOf } from '../../training/prepare.js'
import type { Recipe } from '../../training/recipe.js'
import type { Resources } from '../../training/resources.js'
import { openResources } from '../../training/resources.open.js'
import { budgetOf } from './budget.js'
import { finishCell, Runs } from './cell.js'
import { keptFeatures } from './kept-features.js'
import { type Cell, cellRecipe, cellsOf, type Study, type StudyPlace } from './plan.js'
import { type Figure, type StudyFact, studyMarkdown } from './report.js'
import { studyNamed } from './studies.js'
import { finishInProcesses } from './workers.js'
import { renderPlaces } from './world.js'

export interface StudyOptions {
  /** Everything is kept here; a study that was stopped goes on where it was, run by run. */
  dir: string
  /** Processes that share the runs, each on its part of the cores; by default one a core, and at most eight. */
  workers?: number
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
  const resources = keptFeatures(options.resources ?? (await openResources(first)))

  // Before all runs: how long that takes can be told, and the seconds of a run are those of training alone.
  for (const recipe of featureRecipes(study, cells, places, resources)) {
    await extractFeatures(recipe, { resources, progress, ...(signal ? { signal } : {}) })
  }

  const total = budgetOf(study, places.length).runs
  const shared = options.resources ? false : await finishInProcesses({ ...options, study, places, cells, total })
  // What processes have done is read here, run by run, and nothing is left to do.
  const runs = new Runs(join(dir, study.name), resources, total, shared ? silent : progress, signal)
  const results: Result[] = []
  const facts: StudyFact[] = []
  for (const cell of cells) {
    const outcome = await finishCell(study, cell, places, runs)
    results.push(...outcome.results)
    facts.push(outcome.fact)
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
