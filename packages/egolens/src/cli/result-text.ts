import type { Result } from '../evaluation/result.js'

/** What a run scored: each test set's values, then the tables that there is something for. */
export async function resultText(result: Result): Promise<string> {
  const [{ crossTable, sharedNovelTable }, { baseNovelTable }, { tableText }] = await Promise.all([
    import('../evaluation/tables.js'),
    import('../evaluation/base-novel-table.js'),
    import('../evaluation/render-table.js'),
  ])
  const values = result.tests.map(
    (test) => `${test.name}, ${test.component}s, ${test.clips} clips: ${describe(test.values)}`,
  )
  const all = [crossTable([result]), sharedNovelTable([result]), baseNovelTable([result])]
  const tables = all.filter((table) => table.groups.length > 0)
  return [...values, ...tables.map((table) => `\n${tableText(table)}`)].join('\n').trimEnd()
}

const describe = (values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${(100 * value).toFixed(2)} %`)
    .join(', ')
