import type { RowDifference } from './compare.js'

/** A test set of runs that were trained somewhere. */
interface Column {
  trainedOn: string | null
  test: string
  component: string
  clips: number
}

/** The columns of one training set. */
export interface DifferenceTable {
  /** "Trained on kitchen"; empty where nothing was trained. */
  title: string
  markdown: string
}

/**
 * The differences of all rows from one of them as tables in Markdown: one for each training set, and one for runs that saw half
 * of its classes; a column for each test set and component; in points with the middle 95 % of the bootstrap, in italics
 * where that holds 0.
 */
export function differenceTables(differences: readonly RowDifference[], base: string): DifferenceTable[] {
  const own = differences.filter(({ rows }) => rows[1] === base)
  const groups = new Map<string, Column[]>()
  for (const column of columnsOf(own)) {
    const title = groupTitle(column)
    groups.set(title, [...(groups.get(title) ?? []), column])
  }
  return [...groups].map(([title, columns]) => ({ title, markdown: markdownOf(own, columns) }))
}

function markdownOf(own: readonly RowDifference[], columns: Column[]): string {
  const lines = [...new Set(own.map(({ rows }) => rows[0]))].flatMap((name) => {
    const found = columns.map((column) =>
      own.find((difference) => difference.rows[0] === name && belongs(difference, column)),
    )
    // A row that was never trained on half of the classes.
    return found.some(Boolean) ? [[name, ...found.map((one) => (one ? cell(one) : '-'))]] : []
  })
  const head = ['Method', ...columns.map(({ component, test, clips }) => `${component}s of ${test}, ${clips} clips`)]
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** What two untrained rows differ by holds wherever others are trained. */
function columnsOf(differences: readonly RowDifference[]): Column[] {
  const trained = differences.filter(({ trainedOn }) => trainedOn !== null)
  const columns = new Map<string, Column>()
  for (const { trainedOn, test, component, clips } of trained.length > 0 ? trained : differences) {
    columns.set(JSON.stringify([trainedOn, test, component]), { trainedOn, test, component, clips })
  }
  return [...columns.values()]
}

const belongs = ({ trainedOn, test, component }: RowDifference, column: Column): boolean =>
  test === column.test && component === column.component && (trainedOn ?? column.trainedOn) === column.trainedOn

const groupTitle = ({ trainedOn, test }: Column): string =>
  trainedOn === null ? '' : `Trained on ${test.endsWith(' classes') ? 'the base classes of ' : ''}${trainedOn}`

function cell({ difference, low, high, clear }: RowDifference): string {
  const text = `${points(difference)} (${points(low)} to ${points(high)})`
  return clear ? text : `*${text}*`
}

const points = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)}`
