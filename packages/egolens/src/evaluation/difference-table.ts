import type { RowDifference } from './compare.js'

/** A test set of runs that were trained somewhere. */
interface Column {
  trainedOn: string | null
  test: string
  component: string
}

/**
 * The differences of all rows from one of them as a table in Markdown: a column for each training set, test set and
 * component; in points with the middle 95 % of the bootstrap, in italics where that holds 0.
 */
export function differenceTable(differences: readonly RowDifference[], base: string): string {
  const own = differences.filter(({ rows }) => rows[1] === base)
  const columns = columnsOf(own)
  const names = [...new Set(own.map(({ rows }) => rows[0]))]
  const lines = names.map((name) => [
    name,
    ...columns.map((column) => {
      const found = own.find((difference) => difference.rows[0] === name && belongs(difference, column))
      return found ? cell(found) : '-'
    }),
  ])
  const head = ['Method', ...columns.map(title)]
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** What two untrained rows differ by holds wherever others are trained. */
function columnsOf(differences: readonly RowDifference[]): Column[] {
  const trained = differences.filter(({ trainedOn }) => trainedOn !== null)
  const columns = new Map<string, Column>()
  for (const { trainedOn, test, component } of trained.length > 0 ? trained : differences) {
    columns.set(JSON.stringify([trainedOn, test, component]), { trainedOn, test, component })
  }
  return [...columns.values()]
}

const belongs = ({ trainedOn, test, component }: RowDifference, column: Column): boolean =>
  test === column.test && component === column.component && (trainedOn ?? column.trainedOn) === column.trainedOn

const title = ({ trainedOn, test, component }: Column): string =>
  `${trainedOn === null ? '' : `trained on ${trainedOn}, `}${component}s of ${test}`

function cell({ difference, low, high, clear }: RowDifference): string {
  const text = `${points(difference)} (${points(low)} to ${points(high)})`
  return clear ? text : `*${text}*`
}

const points = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)}`
