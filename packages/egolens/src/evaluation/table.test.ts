import { describe, expect, it } from 'vitest'
import { tableMarkdown } from './render-table.js'
import { byFirstHeading, type Table } from './table.js'

const cell = (mean: number) => ({ mean, min: mean, max: mean, runs: 1 })
const table: Table = {
  title: 'Top-1',
  groups: ['kitchen', 'workshop'].map((place) => ({
    title: `Trained on ${place}`,
    groups: ['Nouns', 'Verbs'].map((title) => ({ title, columns: ['within', 'cross'] })),
  })),
  rows: [{ name: 'CoOp', kind: 'measured', cells: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => cell(n / 100)) }],
  notes: ['A note.'],
}

describe('a table cut by its first headings', () => {
  it('has a table each, with their own cells and without notes', () => {
    const [kitchen, workshop] = byFirstHeading(table).map(tableMarkdown)
    expect(kitchen).toBe(
      'Trained on kitchen\n\n| Method | Nouns: within | Nouns: cross | Verbs: within | Verbs: cross |\n| --- | ---: | ---: | ---: | ---: |\n| CoOp | 1.00 | 2.00 | 3.00 | 4.00 |\n',
    )
    expect(workshop).toContain('| CoOp | 5.00 | 6.00 | 7.00 | 8.00 |')
  })
})
