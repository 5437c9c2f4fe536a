import { expect, it } from 'vitest'
import type { RowDifference } from './compare.js'
import { differenceTable } from './difference-table.js'

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

it('has a column for each training set and test, and says in italics what is not clear', () => {
  const table = differenceTable(
    [
      difference(['bare', 'ZS'], null, 'a', 0.01),
      difference(['CoOp', 'ZS'], 'a', 'a', 0.1),
      difference(['CoOp', 'ZS'], 'a', 'b', -0.05),
      difference(['X', 'ZS'], 'b', 'a', 0.2),
      difference(['X', 'CoOp'], 'b', 'a', 0.3),
    ],
    'ZS',
  )
  expect(table.split('\n')).toEqual([
    '| Method | trained on a, nouns of a | trained on a, nouns of b | trained on b, nouns of a |',
    '| --- | ---: | ---: | ---: |',
    '| bare | *+1.0 (-1.0 to +3.0)* | - | *+1.0 (-1.0 to +3.0)* |',
    '| CoOp | +10.0 (+8.0 to +12.0) | -5.0 (-7.0 to -3.0) | - |',
    '| X | - | - | +20.0 (+18.0 to +22.0) |',
  ])
})

it('has columns without a training set where nothing was trained', () => {
  expect(differenceTable([difference(['bare', 'ZS'], null, 'a', 0.1)], 'ZS')).toContain('| Method | nouns of a |')
})
