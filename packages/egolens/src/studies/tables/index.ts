import { basename } from 'node:path'
import { type Comparison, compare } from '../../evaluation/compare.js'
import { fills, paperTable } from '../../evaluation/paper-table.js'
import { type PublishedTable, publishedTable, publishedTables, runName } from '../../evaluation/published/index.js'
import type { Result } from '../../evaluation/result.js'
import type { Missing } from '../../evaluation/table.js'
import { changesOf, type FoundRun, findRuns } from './find-runs.js'
import { missingRows, rowsOfPaper, rowsOfSet } from './missing.js'
import { isRecipeSet, readRecipeSet, type SetRecipe } from './recipe-set.js'

export { isRecipeSet }

export interface RecipeTableOptions {
  /** Where runs are looked for, at any depth. */
  runs: string
  /** The number of the paper's table; by default what the folder is called: "table4". */
  table?: number
  /** The paper's rows in tables of other forms, see `compare`. */
  published?: boolean
}

/** A comparison of runs that were found by their recipes. */
export interface RecipeTable extends Comparison {
  /** The directories of those that stand in it. */
  runs: string[]
}

/**
 * The table of a folder of recipes: its runs are found by the recipes' names, several seeds each; rows without runs
 * stand with what they need. A folder called table1 to table7 is laid out as X-MIC's paper does.
 *
 * @throws EgoLensError `tables/no-recipes`, `evaluation/no-table`, `evaluation/same-seed`
 * @example
 * const { table } = await tableOfRecipes('recipes/x-mic/table4', { runs: 'runs' })
 */
export async function tableOfRecipes(folder: string, options: RecipeTableOptions): Promise<RecipeTable> {
  const number = options.table ?? numberIn(folder)
  const paper = number === undefined ? undefined : publishedTable(number)
  const recipes = await readRecipeSet(folder)
  const found = await findRuns(options.runs, new Set(recipes.map(({ name }) => name)))
  const rows = paper ? rowsOfPaper(paper) : rowsOfSet(recipes)
  const finished = rows.flatMap(({ runs }) =>
    found.filter(({ recipe, result }) => result && runs.includes(recipe.name)),
  )
  const results = finished.map(({ result }) => result!)
  const missing = await missingRows(rows, recipes, found)
  const comparison = paper ? inPaperForm(paper, results, missing) : inOwnForm(results, missing, options)
  comparison.table.notes.push(...changeNotes(recipes, found))
  return { ...comparison, runs: finished.map(({ dir }) => dir) }
}

/**
 * Results in the form of a table of X-MIC's paper. Runs find their rows by the names of their recipes.
 * @throws EgoLensError `evaluation/same-seed`
 */
export async function tableOfResults(number: number, results: readonly Result[]): Promise<Comparison> {
  const paper = publishedTable(number)
  const missing = paper.rows.flatMap((row): Missing[] => {
    const empty = paper.blocks.filter((block) => !results.some((result) => fills(result, row, block)))
    const names = [...new Set(empty.map((block) => runName(row, block)))]
    return names.length > 0 ? [{ row: row.name, text: `no run called ${names.join(', ')}` }] : []
  })
  return inPaperForm(paper, results, missing)
}

function inPaperForm(paper: PublishedTable, results: readonly Result[], missing: Missing[]): Comparison {
  const { differences } = compare(results)
  return { table: paperTable(paper, results, missing), differences }
}

function inOwnForm(results: readonly Result[], missing: Missing[], { published }: RecipeTableOptions): Comparison {
  const comparison = compare(results, { published: published === true })
  if (missing.length > 0) comparison.table.missing = missing
  return comparison
}

function numberIn(folder: string): number | undefined {
  const [, digits] = /^table(\d+)$/.exec(basename(folder)) ?? []
  const number = Number(digits)
  return publishedTables.some((table) => table.number === number) ? number : undefined
}

/** A run with other values than its recipe's stands in the table, and this is said. */
function changeNotes(recipes: readonly SetRecipe[], found: readonly FoundRun[]): string[] {
  return found.flatMap(({ dir, recipe, result }) => {
    const own = recipes.find(({ name }) => name === recipe.name)?.recipe
    const changes = own && result ? changesOf(recipe, own) : []
    return changes.length > 0 ? [`${dir} has other values than its recipe: ${changes.join(', ')}.`] : []
  })
}
