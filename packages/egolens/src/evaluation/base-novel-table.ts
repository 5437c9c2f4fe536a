import { metric } from './metric-names.js'
import { overSeeds } from './over-seeds.js'
import type { Result } from './result.js'
import type { Table, TableRow } from './table.js'

/** What is recognised, in the order of columns. */
const kinds = [
  { kind: 'noun', title: 'Nouns' },
  { kind: 'verb', title: 'Verbs' },
  { kind: 'action', title: 'Actions' },
] as const
type Kind = (typeof kinds)[number]['kind']

const ofComponent = [metric.base, metric.novel, metric.baseNovel]
const ofActions = [metric.baseAction, metric.novelAction, metric.baseNovelAction]

/**
 * Results of runs that were trained on the base half of their classes: for each dataset nouns, verbs and actions, each
 * base, novel and harmonic mean. Results with equal `name` make a row; several seeds make a mean and a deviation.
 *
 * @throws EgoLensError `evaluation/same-seed` when two results of a row are the same run
 */
export function baseNovelTable(results: readonly Result[]): Table {
  const places = [...new Set(results.flatMap(({ tests }) => tests.filter(isHalved).map(({ name }) => name)))]
  const columns = places.flatMap((place) =>
    kinds
      .filter(({ kind }) => results.some((result) => valuesOf(result, place, kind)))
      .map(({ kind, title }) => ({ place, kind, title })),
  )
  const groups = places.flatMap((place) => {
    const inner = columns.filter((column) => column.place === place)
    const titled = inner.map(({ title }) => ({ title, columns: ['base', 'novel', 'hm'] }))
    return titled.length > 0 ? [{ title: `Trained on the base classes of ${place}`, groups: titled }] : []
  })
  const names = [...new Set(results.map(({ name }) => name))]
  const rows = names.flatMap((name): TableRow[] => {
    const own = results.filter((result) => result.name === name)
    const cells = columns.flatMap(({ place, kind, title }) => {
      const where = () => `${title} of ${place}`
      return overSeeds(own, 3, (result) => valuesOf(result, place, kind), where)
    })
    return cells.some(Boolean) ? [{ name, cells, kind: 'measured' }] : []
  })
  return { title, groups, rows, notes: notesOf(rows) }
}

const title =
  'Base-to-novel: top-1 accuracy over clips of base and of novel classes, each against the names of its half, in per cent; hm is their harmonic mean'

const isHalved = ({ role, values }: Result['tests'][number]) => role === 'within' && metric.base in values

function valuesOf(result: Result, place: string, kind: Kind): number[] | undefined {
  const test = result.tests.find((one) => one.name === place && one.component === kind && isHalved(one))
  const found =
    kind === 'action'
      ? ofActions.map((name) => result.summary.find((line) => line.name === name && line.of[0] === place)?.value)
      : ofComponent.map((name) => test?.values[name])
  return found.every((value) => value !== undefined) ? found : undefined
}

function notesOf(rows: readonly TableRow[]): string[] {
  const runs = Math.max(0, ...rows.flatMap((row) => row.cells.map((cell) => cell?.runs ?? 0)))
  return runs > 1 ? ['Mean ± standard deviation over seeds.'] : []
}
