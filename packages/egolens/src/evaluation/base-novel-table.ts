import { harmonicMean } from './harmonic-mean.js'
import { metric } from './metric-names.js'
import { overSeeds } from './over-seeds.js'
import { isHalved, pairsOf } from './pairs.js'
import type { Result, TestResult } from './result.js'
import { seedNotes, type Table, type TableRow } from './table.js'

/** What is recognised, in the order of columns. */
const kinds = [
  { kind: 'noun', title: 'Nouns' },
  { kind: 'verb', title: 'Verbs' },
  { kind: 'action', title: 'Actions' },
] as const
type Kind = (typeof kinds)[number]['kind']

const title =
  'Base-to-novel: top-1 accuracy over clips of base and of novel classes, each against the names of its half, in per cent; hm is their harmonic mean'

/**
 * Results of runs that were trained on the base half of their classes: for each dataset nouns, verbs and actions, each
 * base, novel and harmonic mean. An action is base where its verb and its noun are, and novel where both are novel; of
 * methods that learn verbs and nouns apart, the verbs of a run stand with the nouns of the run that has the same row and
 * seed. Results with equal `name` make a row; several seeds make a mean and a deviation.
 *
 * @returns a table without columns where no result is of such a run
 * @throws EgoLensError `evaluation/same-seed` when two results of a row are the same run
 */
export function baseNovelTable(results: readonly Result[]): Table {
  const halved = results.filter(isHalved)
  const names = [...new Set(halved.map(({ name }) => name))]
  const pairs = new Map(names.map((name) => [name, pairsOf(halved.filter((result) => result.name === name))]))
  const places = [...new Set(halved.flatMap(({ tests }) => tests.filter(hasHalves).map(({ name }) => name)))]
  const columns = places.flatMap((place) =>
    kinds
      .filter(({ kind }) => [...pairs.values()].flat().some((pair) => valuesOf(pair, place, kind)))
      .map(({ kind, title }) => ({ place, kind, title })),
  )
  const groups = places.map((place) => ({
    title: `Trained on the base classes of ${place}`,
    groups: columns
      .filter((column) => column.place === place)
      .map(({ title }) => ({ title, columns: ['base', 'novel', 'hm'] })),
  }))
  const rows = names.map((name): TableRow => {
    const own = halved.filter((result) => result.name === name)
    const cells = columns.flatMap(({ place, kind, title }) => {
      const where = () => `${title.toLowerCase()} of ${place}`
      return overSeeds(kind === 'action' ? pairs.get(name)! : own, 3, (result) => valuesOf(result, place, kind), where)
    })
    return { name, cells, kind: 'measured' }
  })
  return { title, groups, rows, notes: seedNotes(rows) }
}

const hasHalves = ({ role, values }: TestResult) => role === 'within' && metric.base in values

function valuesOf({ tests }: Result, place: string, kind: Kind): number[] | undefined {
  const named = tests.filter((test) => test.name === place && hasHalves(test))
  const test = named.find(({ component }) => component === kind)
  const found = kind === 'action' ? actionValues(named) : [test?.values[metric.base], test?.values[metric.novel]]
  const [base, novel] = found
  return base === undefined || novel === undefined ? undefined : [base, novel, harmonicMean(base, novel)]
}

/** Shares of base actions and of novel actions whose verb and noun are both right within their half. */
function actionValues(tests: readonly TestResult[]): (number | undefined)[] {
  const [verbs, nouns] = (['verb', 'noun'] as const).map((component) => {
    const found = tests.find((test) => test.component === component)
    return new Map(found?.predictions.map(({ id, label, half }) => [id, { of: half?.of, right: half?.best === label }]))
  })
  return (['base', 'novel'] as const).map((half) => {
    const both = [...verbs!].flatMap(([id, verb]) => {
      const noun = nouns!.get(id)
      return verb.of === half && noun?.of === half ? [verb.right && noun.right] : []
    })
    return both.length === 0 ? undefined : both.filter(Boolean).length / both.length
  })
}
