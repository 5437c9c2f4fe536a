import { expect, it } from 'vitest'
import type { RowDifference } from './compare.js'
import { differenceTables } from './difference-table.js'

const difference = (rows: [string, string], trainedOn: string | null, test: string, by: number): RowDifference => ({
  rows,
  trainedOn,
  test,
  component: 'noun',
  clips: 10,
  difference: by,
  low: by - 0.02,
  high: by + 0.02,
  clear: Math.abs(by) > 0.02,
  resamples: 1,
})

it('has a table for each training set, a column for each test, and says in italics what is not clear', () => {
  const tables = differenceTables(
    [
      difference(['bare', 'ZS'], null, 'a', 0.01),
      difference(['CoOp', 'ZS'], 'a', 'a', 0.1),
      difference(['CoOp', 'ZS'], 'a', 'b', -0.05),
      difference(['CoOp', 'ZS'], 'a', 'a, base classes', 0.1),
      difference(['X', 'ZS'], 'b', 'a', 0.2),
      difference(['X', 'CoOp'], 'b', 'a', 0.3),
    ],
    'ZS',
  )
  expect(tables.map(({ title, markdown }) => [title, ...markdown.split('\n')])).toEqual([
    [
      'Trained on a',
      '| Method | nouns of a, 10 clips | nouns of b, 10 clips |',
      '| --- | ---: | ---: |',
      '| bare | *+1.0 (-1.0 to +3.0)* | - |',
      '| CoOp | +10.0 (+8.0 to +12.0) | -5.0 (-7.0 to -3.0) |',
    ],
    [
      'Trained on the base classes of a',
      '| Method | nouns of a, base classes, 10 clips |',
      '| --- | ---: |',
      '| CoOp | +10.0 (+8.0 to +12.0) |',
    ],
    [
      'Trained on b',
      '| Method | nouns of a, 10 clips |',
      '| --- | ---: |',
      '| bare | *+1.0 (-1.0 to +3.0)* |',
      '| X | +20.0 (+18.0 to +22.0) |',
    ],
  ])
})

it('has columns without a training set where nothing was trained', () => {
  const [table] = differenceTables([difference(['bare', 'ZS'], null, 'a', 0.1)], 'ZS')
  expect(table).toMatchObject({ title: '', markdown: expect.stringContaining('| Method | nouns of a, 10 clips |') })
})
