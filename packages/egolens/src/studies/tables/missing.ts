import { type PublishedTable, runName } from '../../evaluation/published/index.js'
import type { Missing } from '../../evaluation/table.js'
import { methodNamed } from '../../methods/registry.js'
import type { FoundRun } from './find-runs.js'
import { type NeedsOf, needsTeller } from './needs.js'
import type { SetRecipe } from './recipe-set.js'

/** What a row is made of: the names of its runs. */
export interface RowRuns {
  row: string
  runs: string[]
}

/** The rows of a paper's table. */
export function rowsOfPaper(paper: PublishedTable): RowRuns[] {
  return paper.rows.map((row) => ({
    row: row.name,
    runs: [...new Set(paper.blocks.map((block) => runName(row, block)))],
  }))
}

/** The rows of any other set of recipes: recipes with equal rows stand in one. */
export function rowsOfSet(recipes: readonly SetRecipe[]): RowRuns[] {
  const rows = new Map<string, string[]>()
  for (const { name, recipe } of recipes) {
    const row = recipe ? (recipe.row ?? methodNamed(recipe.method).label) : name
    rows.set(row, [...(rows.get(row) ?? []), name])
  }
  return [...rows].map(([row, runs]) => ({ row, runs }))
}

/** For each row that lacks runs: what is missing for them, where it goes, and the command that makes them. */
export async function missingRows(
  rows: readonly RowRuns[],
  recipes: readonly SetRecipe[],
  found: readonly FoundRun[],
): Promise<Missing[]> {
  const missing: Missing[] = []
  const needsOf = needsTeller()
  for (const { row, runs } of rows) {
    const lacking = runs.filter((name) => !found.some((run) => run.recipe.name === name && run.result))
    if (lacking.length > 0) missing.push({ row, text: await todo(lacking, runs.length, { recipes, found, needsOf }) })
  }
  return missing
}

async function todo(
  lacking: readonly string[],
  total: number,
  { recipes, found, needsOf }: { recipes: readonly SetRecipe[]; found: readonly FoundRun[]; needsOf: NeedsOf },
): Promise<string> {
  const there = lacking.flatMap((name) => recipes.find((recipe) => recipe.name === name) ?? [])
  const absent = lacking.filter((name) => !there.some((recipe) => recipe.name === name))
  const needs = await Promise.all(there.map(({ recipe }) => (recipe ? needsOf(recipe) : [])))
  const begun = found.find(({ recipe, result }) => lacking.includes(recipe.name) && !result)
  const [first, ...others] = there.filter(({ recipe }) => recipe)
  return [
    `${lacking.length} of ${total} runs missing`,
    list('needs', [...new Set(needs.flat())]),
    list('unreadable', [...there.flatMap(({ fault }) => fault ?? []), ...found.flatMap(({ fault }) => fault ?? [])]),
    list('no recipe', absent),
    begun ? `begun in ${begun.dir}: egolens train ${fileOf(begun, there)} --dir ${begun.dir} --resume` : '',
    first && !begun ? `then egolens train ${first.file}${others.length > 0 ? `, and ${others.length} more` : ''}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ')
}

const list = (what: string, items: readonly string[]): string => (items.length > 0 ? `${what} ${items.join(', ')}` : '')

const fileOf = ({ recipe }: FoundRun, recipes: readonly SetRecipe[]): string =>
  recipes.find(({ name }) => name === recipe.name)!.file
